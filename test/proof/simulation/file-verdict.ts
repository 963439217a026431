import { isUsedUp, type Link } from '../../../shared/link.ts'
import { testObject } from '../../support/api/memory-objects.ts'
import { noon } from '../../support/table/links.ts'
import type { LinkHistory } from './link-history.ts'
import type { History } from './schedule.ts'
import { urlSeconds } from './world.ts'

/** Promises about the file of a link. */
export const filePromises = {
  'file stays': 'a file stays while its link or one in its place works, and an hour after each capability',
  'file goes':
    'two hours after that it is gone; if it was revoked, or the stream lost its use, two hours after the end of the link',
  'no other file':
    'no other version goes, and none of a link that does not take it along, or whose replacement is not there',
} as const

/** Checks the promises about the file of a link. */
export function checkFileEnds(
  { scenario, events, files }: Pick<History, 'scenario' | 'events' | 'files'>,
  { id, grants }: Pick<LinkHistory, 'id' | 'grants'>,
): (readonly [keyof typeof filePromises, string])[] {
  if (files === undefined || id === undefined) return []
  const { deletions, chain, isLossy } = files
  const kept = Math.max(...grants.map(({ end }) => end + 3600))
  const other = deletions.find(
    each => !scenario.deletesFile || each.versionId !== testObject.versionId || each.chain.includes(undefined),
  )
  const endOf = (link: Link | undefined, isLost = false) =>
    link && (isLost || !isOver(link)) ? link.expiresAt + urlSeconds : 0
  const early = deletions.find(each => each.at < Math.max(kept, ...each.chain.map(link => endOf(link))))
  const settled = (noon + (events.at(-1)?.at ?? 0)) / 1000
  const due =
    2 * 3600 + Math.max(kept, settled, ...chain.map(link => endOf(link, isLossy || link?.state === 'revoked')))
  const isLate = scenario.deletesFile && !chain.includes(undefined) && !((deletions[0]?.at ?? Infinity) <= due)
  return [
    ...(early ? [['file stays', `it went at ${early.at - noon / 1000} s`] as const] : []),
    ...(isLate ? [['file goes', `${deletions[0]?.at} instead of ${due}`] as const] : []),
    ...(other ? [['no other file', `${other.versionId} went`] as const] : []),
  ]
}

/** Returns whether a link can hand out nothing more. */
function isOver(link: Link): boolean {
  return link.state === 'used' || link.state === 'revoked' || isUsedUp(link)
}
