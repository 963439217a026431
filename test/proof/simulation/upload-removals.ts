import type { Patch } from '../../support/broken/copy.ts'
import type { promises } from './verdict.ts'

/** How to remove a guard of the file that a link takes from the real code, and the promise that breaks. */
interface UploadRemoval {
  /** How the functions behave without it. */
  readonly name: string
  readonly breaks: keyof typeof promises
  readonly patches: readonly Patch[]
}

const taking = (find: string, replace: string): Patch => ({ file: 'api/uploads/received.ts', find, replace })
const signing = (replace: string): Patch => ({
  file: 'edge/redeem/redeemer.ts',
  find: 'signUpload(link, end,',
  replace,
})
const note = 'ports.received.tryNote(nameOf(right), upload.uploadId, own)'
const begin = 'await received.tryBegin(nameOf(right), upload, { former, purgeAt: link.purgeAt })'

/** Every guard of the file that a link takes; without any, a promise breaks. */
export const uploadRemovals: readonly UploadRemoval[] = [
  {
    name: 'a file is completed without a read of its link',
    breaks: 'no file once revoked',
    patches: [
      taking(
        'const { upload, record } = named\n  const link = await usedLink(context)',
        'const { upload, record } = named\n  const link = {}',
      ),
    ],
  },
  {
    name: 'a file is completed without a note',
    breaks: 'received is there',
    patches: [taking(`!(await ${note})`, 'false')],
  },
  {
    name: 'a file replaces the one that is there',
    breaks: 'one file',
    patches: [taking('complete(upload, parts, false)', 'complete(upload, parts, true)')],
  },
  {
    name: 'a note is of any upload that is open',
    breaks: 'received is there',
    patches: [
      taking(
        note,
        note.replace('upload.uploadId', "(await ports.received.find(nameOf(right)))?.upload?.uploadId ?? ''"),
      ),
    ],
  },
  {
    name: 'an upload begins in place of one that was noted',
    breaks: 'received is there',
    patches: [
      taking("    if (record?.sha256 !== undefined) return refuse('file-received')\n", ''),
      taking(begin, `record?.sha256 !== undefined || (${begin})`),
    ],
  },
  {
    name: 'an upload ends though it was noted',
    breaks: 'received is there',
    patches: [
      taking(
        "  if (record.sha256 !== undefined) return refuse('file-received')\n  if (!(await ports.received.tryEnd",
        '  if (!record.sha256 && !(await ports.received.tryEnd',
      ),
    ],
  },
  {
    // The write rules out that they differ, so it is left out, too.
    name: 'a right names the redemption of its request',
    breaks: 'one capability',
    patches: [
      signing('signUpload({ ...link, receipt: { ...link.receipt, ...ready.redemption.receipt } } as never, end,'),
      {
        file: 'shared/redemption/clauses.ts',
        find: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
        replace: 'attribute_exists(#state)',
      },
    ],
  },
  {
    name: 'a repeat of a right has an end of its own',
    breaks: 'one capability',
    patches: [signing('signUpload(link, (Math.floor(context.ports.clock.now() / 1000) + 60) as never,')],
  },
]
