import type { InvalidField } from '../fields.ts'
import { isUsedUp, latestUse, type Link } from '../link.ts'
import { type EpochSeconds, plusSeconds } from '../time.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** The metadata of a file that says who uploaded it, by `callerHash`, in a header that begins with `x-amz-meta-`: whose file may go. */
export const uploaderMetadata = 'once-caller'

/** Seconds from the end of a capability until the file may go: downloads that it began may still run. */
const graceSeconds = 3600

/** Seconds by which the clocks of edges and of this may differ, and far more. */
const clockSeconds = 300

/**
 * Returns the first moment at which nothing needs the file of a link any more, as its item is now: an hour after the last capability that
 * it handed out; or, as long as it works, not before its own end, when a capability could have begun. One that was not used may be in
 * place of a link whose last capability ended just before it was issued.
 */
export function fileEndOf(link: Link): EpochSeconds {
  const { state, issuedAt, expiresAt, urlSeconds } = link
  const afterUse = plusSeconds(latestUse(link)?.urlExpiresAt ?? issuedAt, graceSeconds)
  if (state === 'used' || state === 'revoked' || isUsedUp(link)) return afterUse
  const unopened = plusSeconds(expiresAt, urlSeconds + clockSeconds)
  return afterUse > unopened ? afterUse : unopened
}

type Input = { readonly deleteFile?: true; readonly allowMissing?: true; readonly receipt?: boolean }

/** Whether the file goes with the link. */
export const deleteFile = {
  schema: {
    type: 'boolean',
    description:
      'When the link is over, delete the version of the object that it delivers, for good, whatever other link names it: an hour after the last signed URL ends or, if the link was not used, after its own end. Only with the setting `fileEnds`, of one version, by a caller who may upload to its key, and with an `Idempotency-Key`. Such a link keeps a receipt.',
    'x-allowed': 'true or false',
  },
  /** `false` is the same as nothing. */
  read: (value: boolean): true | undefined => value || undefined,
  /** What becomes of the link is known from its receipt. */
  store: ({ deleteFile }: Input): Partial<Link> => (deleteFile ? { deleteFile: 'version', state: 'live' } : {}),
  /** Refuses it where nothing deletes, and for what is not one version. */
  check(
    { deleteFile, allowMissing, receipt }: Input,
    { media }: IssueRequest,
    { deployment }: IssueContext,
  ): InvalidField[] {
    if (!deleteFile) return []
    const refused = (allowed: string) => ({ field: 'deleteFile', got: 'true', allowed })
    if (!deployment.fileEnds) return [refused('no deleteFile: this deployment deletes no files (`fileEnds`)')]
    const invalid: InvalidField[] = []
    if (receipt === false) {
      invalid.push({
        field: 'receipt',
        got: 'false',
        allowed: 'true, or nothing, with deleteFile: it is deleted after its use',
      })
    }
    if (allowMissing) invalid.push(refused('without allowMissing: a file that is not there has no version'))
    if (media === 'folder') invalid.push(refused('without a folder: each of its files has versions of its own'))
    return invalid
  },
  view: { type: 'boolean', const: true, description: 'The file is deleted when the link is over.' },
  show: ({ deleteFile }: Pick<Link, 'deleteFile'>) => deleteFile && true,
  again: ({ deleteFile }: Pick<Link, 'deleteFile'>) => deleteFile && true,
  words: {
    usage: ['--delete-file', 'delete the file for good when the link is over'],
    status: ['file', () => 'is deleted when the link is over'],
    docs: [
      'the file is deleted when the link is over ([the end of a file](links.md#the-end-of-a-file))',
      'the file stays',
    ],
    privacy: ['`deleteFile`', 'that its file is deleted with it', 'no', '`deleteFile`'],
  },
} as const
