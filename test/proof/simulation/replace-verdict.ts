import { noon } from '../../support/table/links.ts'
import type { LinkHistory } from './link-history.ts'
import type { History } from './schedule.ts'

/** Promises about a link that is replaced. */
export const replacePromises = {
  'one link at a time': 'of a link and those in place of it, at most one works at any moment',
  'one replacement': 'a repeat of the request returns no second link',
  'nothing beside': 'no capability of a replaced link works once another link is put',
  'finished by a repeat': 'without faults, a repeat with its record finishes what a crash has left',
} as const

type Finding = readonly [keyof typeof replacePromises, string]

/** Checks the promises about a link that is replaced. */
export function checkReplacement(
  { events, scenario }: History,
  { id, grants }: Pick<LinkHistory, 'id' | 'grants'>,
): Finding[] {
  const { replacement, faults, revokeAt, sweepAt, outage } = scenario
  if (replacement === undefined) return []
  const ends = new Set<string>(['revoke', 'replace', 'sweep', ...(scenario.uses === undefined ? ['consume'] : [])])
  const live = new Set<string>()
  let most: readonly string[] = []
  let putAt = Infinity
  for (const each of events) {
    if (each.kind !== 'executed' || !each.applied) continue
    if (each.verb === 'again') putAt = Math.min(putAt, each.at)
    if (each.verb === 'again' || (each.verb === 'put' && each.id === id)) live.add(each.id)
    if (ends.has(each.verb)) live.delete(each.id)
    if (live.size > most.length) most = [...live]
  }
  const ids = new Set(events.flatMap(each => (each.kind === 'replaced' && each.status === 201 ? [each.id] : [])))
  const beside = grants.find(({ end }) => end * 1000 > noon + putAt)
  const isMarked = events.some(each => each.kind === 'executed' && each.verb === 'replace' && each.applied)
  const isCalm = faults === 0 && revokeAt === undefined && sweepAt === undefined && outage === undefined
  return [
    ...(most.length > 1 ? [['one link at a time', most.join(' and ')] as const] : []),
    ...(ids.size > 1 ? [['one replacement', [...ids].join(' and ')] as const] : []),
    ...(beside ? [['nothing beside', `request ${beside.request}`] as const] : []),
    ...(isMarked && isCalm && !replacement.forgets && ids.size === 0
      ? [['finished by a repeat', 'no link came of it'] as const]
      : []),
  ]
}
