import { attachmentNamed } from '../../../../shared/object-key.ts'
import { type Answer, factOf, no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'
import { makerOf, type Opened, trialFile } from '../trial-links.ts'

/** CloudFront accepts the signature of a signed URL. */
export const signature: Question = {
  id: 'signature',
  asks: 'CloudFront accepts the signature of a URL (SHA-256, by the kind of key in the settings)',
  source: 'CloudFront, "Create a signed URL using a custom policy": Hash-Algorithm; ECDSA keys, "Specify signers"',
  isRelied: () => true,
  async answer(context) {
    const { links, settings } = context
    if (links.missing !== undefined) return notTried(links.missing)
    return judge(await links.plain(), settings.keySpec)
  },
}

function judge({ redirect, file }: Opened, keySpec: string): Answer {
  if (file === undefined) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
  if (file.status === 200 && file.text === trialFile.text) {
    return yes(`${keySpec} with SHA-256: the link opened, and ${file.text.length} bytes arrived`)
  }
  if (file.mark === 'gate') return notTried(`${keySpec}: the gate refused the file before, with ${file.status}`)
  if (file.status !== 403) return no(`${keySpec}: the file returned ${makerOf(file)}, or other bytes`, 'once doctor')
  const around =
    keySpec === 'P-256'
      ? "keySpec: 'RSA-2048', then npm run deploy (docs/operate.md)"
      : 'once doctor, which compares the key group with the secret'
  return no(`${keySpec} with SHA-256: the signed URL returned ${makerOf(file)}`, around)
}

/** Error pages are shown for files only: an edge's own refusals reach programs with their reason. */
export const refusals: Question = {
  id: 'refusals',
  asks: 'error pages leave the refusals of the edge alone, which are 403 and 404, too',
  source: 'CloudFront documents it for CloudFront Functions, not for Lambda@Edge; decision 32',
  isRelied: () => true,
  async answer({ links }: ProveContext) {
    if (links.missing !== undefined) return notTried(links.missing)
    const link = await links.issue()
    const { redirect, url } = await links.redirect(link)
    if (url === undefined) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
    const used = await links.request(link)
    // The last characters are of the MAC, so the edge refuses the nonce before it asks the table.
    const unknown = await links.request(link.replace(/..(?=.{4}$)/, pair => (pair === 'AA' ? 'BB' : 'AA')))
    const found = `a used link returned ${makerOf(used)}, an unknown one ${makerOf(unknown)}`
    if ([used, unknown].every(({ mark }) => mark === 'link')) return yes(found)
    return no(
      found,
      'remove ErrorPageOrigin.responses from infra/resources/distribution.ts and deploy: errors of files are then XML (decision 32)',
    )
  },
}

/** The bucket of files, whose name no other account can have, works as an origin with origin access control. */
export const bucket: Question = {
  id: 'bucket',
  asks: 'a bucket in the namespace of its account and Region works as an origin with origin access control',
  source: 'S3, "Namespaces for general purpose buckets", which does not mention CloudFront',
  isRelied: () => true,
  async answer({ links }: ProveContext) {
    if (links.missing !== undefined) return notTried(links.missing)
    const { file, redirect } = await links.plain()
    if (file === undefined) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
    if (file.status === 200) return yes('the bytes of the file arrived')
    // Error pages come from a bucket of the same kind, without a signature.
    if (file.mark === 'page') return yes(`an error page arrived from such a bucket; the file returned ${file.status}`)
    const around =
      'no setting does: let callers exchange links for URLs of S3 (docs/links.md), which need no CloudFront, and file an issue'
    return no(`neither the file nor an error page arrived: ${makerOf(file)}`, around)
  },
}

/** CloudFront accepts a distribution whose origin does not exist yet. */
export const origin: Question = {
  id: 'origin',
  asks: 'CloudFront accepts a distribution before the bucket behind it exists',
  source: 'decision 34: the stack of us-east-1 comes before that of the first home Region',
  isRelied: () => true,
  async answer({ settings, facts }) {
    const [home] = settings.homeRegions
    if (home === 'us-east-1')
      return notTried('distribution and bucket are in one stack, because us-east-1 is the first home')
    if (factOf(facts, 'distribution') !== undefined)
      return yes(`the distribution was created before the stack of ${home}`)
    const refused = factOf(facts, 'stacks')
      .flatMap(({ resources }) => resources)
      .find(({ type, reason }) => type === 'AWS::CloudFront::Distribution' && /origin|bucket/i.test(reason))
    if (refused === undefined)
      return notTried('there is no distribution, and AWS shows no reason that names its origin')
    return no(`AWS refused it: ${refused.reason}`, 'put us-east-1 first in homeRegions: then both are in one stack')
  },
}

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
  async answer({ links, settings, names, ports }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const file = { key: 'once/prove-deleted.txt', text: 'This version is deleted.\n' }
    if ((await links.plain()).file?.status !== 200) return notTried('no file arrives, so that a refusal says nothing')
    const { url } = await links.redirect(await links.issue({}, file))
    const versionId = url === undefined ? undefined : new URL(url).searchParams.get('versionId')
    if (url === undefined || !versionId) throw new Error('the link was not opened, or names no version')
    const [home] = settings.homeRegions
    await ports.aws.proofs.deleteVersion({ bucket: names.contentBucket(home), key: file.key, versionId }, home)
    const gone = await links.request(url)
    if (gone.status !== 200) return word(String(gone.status), `the viewer gets ${makerOf(gone)}`)
    return no('the file arrived', 'revoke links: deleting a version does not withdraw a file')
  },
}
