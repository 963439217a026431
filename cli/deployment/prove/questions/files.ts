import { attachmentNamed } from '../../../../shared/object-key.ts'
import { no, notTried, type Question, word, yes } from '../question.ts'
import { makerOf } from '../trial-links.ts'

const filename = 'Prüfung 日本 100%.txt'

/** S3 and CloudFront agree on a file name that is encoded in the signed URL. */
export const fileName: Question = {
  id: 'file-name',
  asks: 'a file arrives with a name that is not in ASCII',
  source: 'RFC 8187; CloudFront signs the query as it is, S3 decodes it',
  isRelied: () => true,
  async answer({ links }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const { redirect, file } = await links.open(await links.issue({ filename }))
    if (file === undefined) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
    if (file.status === 200 && file.header('content-disposition') === attachmentNamed(filename))
      return yes('the file arrived, with its name in UTF-8')
    const found = file.status === 200 ? 'the file arrived without its name' : `the file returned ${makerOf(file)}`
    return no(found, 'issue links with a filename in ASCII')
  },
}

/** A file is withdrawn by deleting its version. S3's status for it, to those who may not list the bucket, is in no page of AWS. */
export const deletedVersion: Question = {
  id: 'deleted-version',
  asks: 'what does CloudFront get from S3 for a version that was deleted?',
  source: 'S3, "GetObject": 403 for a missing key without s3:ListBucket; not documented for a version',
  isRelied: () => true,
  async answer({ links, settings, expected, ports }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const file = { key: 'once/prove-deleted.txt', text: 'This version is deleted.\n' }
    if ((await links.plain()).file?.status !== 200) return notTried('no file arrives, so that a refusal says nothing')
    const { url } = await links.redirect(await links.issue({}, file))
    const versionId = url === undefined ? undefined : new URL(url).searchParams.get('versionId')
    if (url === undefined || !versionId) throw new Error('the link was not opened, or names no version')
    const [home] = settings.homeRegions
    await ports.aws.proofs.deleteVersion({ bucket: expected.names.contentBucket(home), key: file.key, versionId }, home)
    const gone = await links.get(url)
    if (gone.status !== 200) return word(String(gone.status), `the viewer gets ${makerOf(gone)}`)
    return no('the file arrived', 'revoke links: deleting a version does not withdraw a file')
  },
}
