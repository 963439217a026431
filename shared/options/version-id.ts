import type { InvalidField } from '../fields.ts'
import type { Media } from '../link.ts'
import { parseVersionId, versionIdRule } from '../object-key.ts'
import type { IssueRequest } from './option.ts'

/** The version of the object that the link delivers. */
export const versionId = {
  schema: {
    type: 'string',
    format: 'version-id',
    minLength: 1,
    maxLength: 1024,
    description:
      'The version of the object that the link delivers: name the one that your upload returned, so that it can not be the version of another upload. By default, the latest one when the link is issued.',
    'x-allowed': versionIdRule,
  },
  read: parseVersionId,
  /** Refuses a version of what may be missing, or of a folder. */
  check(
    { allowMissing, media: inputMedia }: { readonly allowMissing?: true; readonly media?: true | Media },
    { versionId, media }: IssueRequest,
  ): InvalidField[] {
    if (versionId === undefined) return []
    if (allowMissing) return [{ field: 'versionId', got: 'both versionId and allowMissing', allowed: 'one of the two' }]
    if (media !== 'folder') return []
    const allowed = `no versionId with media ${JSON.stringify(inputMedia)}: each file of a folder has versions of its own`
    return [{ field: 'versionId', got: JSON.stringify(versionId), allowed }]
  },
  words: {
    usage: ['--version-id ID', 'the version of the object that the link delivers (default: the latest one, now)'],
    docs: ['the version of the object (below)', 'the latest one'],
  },
} as const
