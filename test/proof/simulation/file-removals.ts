import type { Patch } from '../../support/broken/copy.ts'
import type { filePromises } from './file-verdict.ts'

/** How to remove a guard of a file from the real code, and the promise that breaks. */
interface FileRemoval {
  /** How the functions behave without it. */
  readonly name: string
  readonly breaks: keyof typeof filePromises
  readonly patches: readonly Patch[]
}

const ending = (find: string, replace: string): Patch => ({ file: 'jobs/file-ends/handler.ts', find, replace })
const put = 'const written = await ports.links.put(link, region)'
const deletion = 'deleteVersion({ key, versionId })'
const ofFile = (find: string, replace: string): Patch => ({ file: 'shared/options/delete-file.ts', find, replace })

/** Every guard of a file; without any, a promise breaks. */
export const fileRemovals: readonly FileRemoval[] = [
  {
    name: 'a file is deleted without a question',
    breaks: 'file stays',
    patches: [ending('!hasPassed(end, now)', 'false')],
  },
  {
    name: 'the links in place of another are not asked about',
    breaks: 'file stays',
    patches: [ending('link.replacedBy === undefined', 'link.key')],
  },
  {
    name: 'a file goes with the last capability',
    breaks: 'file stays',
    patches: [ofFile('graceSeconds = 3600', 'graceSeconds = 0')],
  },
  {
    name: 'a link in place of another leaves it no hour',
    breaks: 'file stays',
    patches: [ofFile('issuedAt, graceSeconds', 'issuedAt, latestUse(link) ? graceSeconds : 0')],
  },
  {
    name: 'the last version is deleted',
    breaks: 'no other file',
    patches: [ending(deletion, 'deleteVersion({ key } as never)')],
  },
  {
    name: 'the id of the link names the version',
    breaks: 'no other file',
    patches: [ending(deletion, 'deleteVersion({ key, versionId: link.id as never })')],
  },
  {
    name: 'files of links without the option are deleted',
    breaks: 'no other file',
    patches: [ending('deleteFile === undefined || ', '')],
  },
  {
    name: 'a link that is not there needs no file',
    breaks: 'no other file',
    patches: [ending('return later === undefined || later > own', 'return later !== undefined && later > own')],
  },
  {
    name: 'a link whose write seemed lost has a schedule',
    breaks: 'file stays',
    patches: [{ file: 'api/links/issue.ts', find: put, replace: `await ports.schedules?.make(link)\n    ${put}` }],
  },
  {
    name: 'the link of an earlier attempt takes the file along',
    breaks: 'file stays',
    patches: [{ file: 'jobs/events/hasten.ts', find: "after.state !== 'revoked' && ", replace: '' }],
  },
  {
    name: 'the stream hastens nothing',
    breaks: 'file goes',
    patches: [{ file: 'jobs/events/hasten.ts', find: 'const isHastened = ', replace: 'const isHastened = !after && ' }],
  },
  {
    name: 'a file that stays has no later schedule',
    breaks: 'file goes',
    patches: [
      ending(
        'await ports.scheduler.create(fileEndSchedule(link, { end, now: secondsOf(now), to: ports.target }))',
        'void secondsOf(now)',
      ),
    ],
  },
]
