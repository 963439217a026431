import type { Lane, TimelineRow } from '../timeline.ts'

/** Titles of rows by kind. */
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

/** Explanations of reasons, in a few words. A reason without one is shown as it is. */
const explanations: Readonly<Record<string, string>> = {
  'asks-for-confirmation': 'the page asks for confirmation',
  unconfirmed: 'not confirmed',
  probed: 'HEAD or OPTIONS',
  speculative: 'a prefetch or preview',
  automated: 'a robot',
  spent: 'used before',
  revoked: 'revoked',
  expired: 'expired',
  malformed: 'not a link',
  forged: 'forged or changed',
  'not-yet-valid': 'too early, not used',
  'wrong-network': 'from another network, not used',
  'address-unsupported': 'from an address that no download can be bound to, not used',
  'client-required': 'by a program without a secret, not used',
  'passphrase-invalid': 'a passphrase that can not be used',
  'passphrase-required': 'without a passphrase, not used',
  'wrong-passphrase': 'wrong passphrase, not used',
  locked: 'locked after too many passphrases',
  'outcome-unknown': 'the link may have been used',
  unavailable: 'the store is unavailable, not used',
}

/** Explains a row's reason; empty if the title is enough. */
export function whyOf({ kind, why }: TimelineRow): string {
  if (kind === 'expired') return 'it was never used'
  return why === undefined ? '' : (explanations[why] ?? why)
}

/** Returns the number of events in a row. */
export function countOf({ counts }: TimelineRow): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

/** Says where: `at eu-west-1`, or for several events `us-east-1 17, eu-west-1 16`, in the order of `lanes`. */
export function whereOf(row: TimelineRow, lanes: readonly Lane[] = [...row.counts.keys()]): string {
  const places = lanes.flatMap(lane => {
    const count = row.counts.get(lane)
    return count === undefined ? [] : [{ name: laneName(lane), count }]
  })
  if (countOf(row) <= 1) return places.map(({ name }) => (name === 'api' ? 'by the api' : `at ${name}`)).join('')
  return places.map(({ name, count }) => `${name} ${count}`).join(', ')
}

/** Returns the name of a lane: `api`, or its Region. */
export function laneName(lane: Lane): string {
  return lane === 'api' ? lane : lane.slice('edge '.length)
}

/** Describes a row for screen readers: `49 refused: used before (us-east-1 17, eu-west-1 32)`. */
export function sentenceOf(row: TimelineRow): string {
  const count = countOf(row)
  const title = count > 1 ? `${count} ${titles[row.kind].toLowerCase()}` : titles[row.kind]
  const why = whyOf(row)
  const where = whereOf(row)
  return [title, why && `: ${why}`, where && (count > 1 ? ` (${where})` : ` ${where}`)].join('')
}
