import type { EpochSeconds } from '../time.ts'

/**
 * A staging label of AWSCURRENT: since when every Region's copy has had that version, and which version was before it.
 * A version's own dates don't say that: it is made long before it becomes current. Nor does DescribeSecret's `InSync`,
 * which only says that a copy exists (AWS, "DescribeSecret").
 */
const pattern = /^in-force-since-(\d{1,11})-after-([\w-]+)$/

/** Versions of a secret by their ids. */
export interface LabelledVersions {
  /** The AWSCURRENT version. */
  readonly current: string
  /** The AWSPREVIOUS version, which was current before. */
  readonly previous: string | undefined
  /** All staging labels, by version. */
  readonly labels: ReadonlyMap<string, readonly string[]>
}

/**
 * Returns since when AWSCURRENT has been in force in every Region; undefined while that isn't known. A label counts
 * only with the AWSPREVIOUS that it names: if an operator makes an older version current again, its old label must not
 * count.
 */
export function inForceSince({ current, previous = 'none', labels }: LabelledVersions): EpochSeconds | undefined {
  const found = (labels.get(current) ?? []).map(label => pattern.exec(label)).find(match => match?.[2] === previous)
  return found ? (Number(found[1]) as EpochSeconds) : undefined
}

/** Returns whether a staging label is such a mark, of any version. */
export function isInForceMark(label: string): boolean {
  return pattern.test(label)
}

/** Returns the label that says since when AWSCURRENT has been in force, after the version that was current before. */
export function inForceMark(since: EpochSeconds, previous = 'none'): string {
  return `in-force-since-${since}-after-${previous}`
}
