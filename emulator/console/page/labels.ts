import type { Lane, TimelineRow } from '../timeline.ts'

/** What a row is called. */
export const titles: Readonly<Record<TimelineRow['kind'], string>> = {
  issued: 'Issued',
  unredeemed: 'Not redeemed',
  confirmed: 'Confirmed',
  redeemed: 'Redeemed',
  refused: 'Refused',
  revoked: 'Revoked',
  expired: 'Expired',
  purged: 'Purged',
}

/** Why, in a few words. A reason that isn't here stands for itself. */
const whys: Readonly<Record<string, string>> = {
  'asks-for-confirmation': 'the page asks for confirmation',
  unconfirmed: 'not confirmed',
  probed: 'HEAD or OPTIONS',
  speculative: 'a prefetch or preview',
  automated: 'a robot',
  spent: 'used before',
  revoked: 'revoked',
  expired: 'its time is over',
  malformed: 'not a link',
  forged: 'made up or changed',
  'not-yet-valid': 'too early, not used',
  'wrong-network': 'from another network, not used',
  'outcome-unknown': 'nobody can tell whether it was used',
  unavailable: 'the store is away, not used',
}

/** Why, for people; empty where the title says it all. */
export function whyOf({ kind, why }: TimelineRow): string {
  if (kind === 'expired') return 'nobody had used it'
  return why === undefined ? '' : (whys[why] ?? why)
}

/** How often in all. */
export function countOf({ counts }: TimelineRow): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

/** Where: `at eu-west-1`, or for several `us-east-1 17, eu-west-1 16`, in the order of `lanes` where it is given. */
export function whereOf(row: TimelineRow, lanes: readonly Lane[] = [...row.counts.keys()]): string {
  const places = lanes.flatMap(lane => {
    const count = row.counts.get(lane)
    return count === undefined ? [] : [{ name: laneName(lane), count }]
  })
  if (countOf(row) <= 1) return places.map(({ name }) => (name === 'api' ? 'by the api' : `at ${name}`)).join('')
  return places.map(({ name, count }) => `${name} ${count}`).join(', ')
}

/** A lane as people call it: `api`, or its Region. */
export function laneName(lane: Lane): string {
  return lane === 'api' ? lane : lane.slice('edge '.length)
}

/** A row as it is read out: `49 refused: used before (us-east-1 17, eu-west-1 32)`. */
export function sentenceOf(row: TimelineRow): string {
  const count = countOf(row)
  const title = count > 1 ? `${count} ${titles[row.kind].toLowerCase()}` : titles[row.kind]
  const [why, where] = [whyOf(row), whereOf(row)]
  return [title, why && `: ${why}`, where && (count > 1 ? ` (${where})` : ` ${where}`)].join('')
}
