import type { Secret } from '../../../jobs/keys/ports.ts'
import { type EpochSeconds, secondsOf } from '../../../shared/time.ts'
import type { VirtualTime } from '../../proof/simulation/virtual-time.ts'
import type { Choices } from '../../proof/simulation/choices.ts'

/**
 * Secrets Manager with one secret: its API, its copies in other Regions, and actions of the service or of operators.
 */
export interface SimulatedSecret {
  readonly api: Secret
  /** Returns the text of AWSCURRENT in a Region's copy. */
  textIn(region: string): string
  /**
   * Begins a rotation: creates an empty AWSPENDING version. Returns its id; undefined while another rotation has not
   * ended.
   */
  beginRotation(): string | undefined
  /** Removes AWSPENDING from the version that has it. */
  clearPending(): void
  isPending(version: string): boolean
  current(): string
  previous(): string | undefined
  /** Returns when AWSCURRENT last moved. */
  movedAt(): number
  /** Returns whether every Region's copy is up to date. */
  isEverywhere(): boolean
  /** Stops updates of the Region's copy for `ms` milliseconds. */
  breakCopy(region: string, ms: number): void
}

interface Version {
  text: string | undefined
  createdAt: EpochSeconds
  readonly labels: Set<string>
}

/** Longest time of a change to a copy that works, in milliseconds. */
const lagMs = 90_000

/**
 * Creates a secret whose first value is CloudFormation's placeholder. With `abandons`, a value that is put outside of a
 * rotation removes AWSPENDING (AWS, "RotationAbandoned"). That can't be relied on, so sometimes it doesn't.
 */
export function simulatedSecret(
  regions: readonly string[],
  { time, dice, abandons }: { time: Pick<VirtualTime, 'now' | 'after'>; dice: Choices; abandons: boolean },
): SimulatedSecret {
  const [primary = ''] = regions
  const versions = new Map<string, Version>()
  const copies = new Map<string, { current: string; previous: string | undefined; text: string }>()
  const brokenUntil = new Map<string, number>()
  const arrivals = new Map<string, number>()
  let [count, movedAt] = [0, 0]

  const newId = () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`
  const holder = (label: string) => [...versions].find(([, { labels }]) => labels.has(label))?.[0]
  const current = () => holder('AWSCURRENT') ?? ''

  function attach(label: string, to: string): void {
    const from = holder(label)
    if (from !== undefined) versions.get(from)?.labels.delete(label)
    versions.get(to)?.labels.add(label)
    if (label !== 'AWSCURRENT') return
    movedAt = time.now()
    // AWS removes it in the same call, but says that it may stay.
    if (dice.chance(0.9)) versions.get(to)?.labels.delete('AWSPENDING')
    if (from !== undefined && from !== to) attach('AWSPREVIOUS', from)
    replicate()
  }

  function replicate(): void {
    const copy = { current: current(), previous: holder('AWSPREVIOUS'), text: versions.get(current())?.text ?? '' }
    for (const region of regions) {
      if (region === primary || copies.size < regions.length) copies.set(region, copy)
      else {
        const lag = dice.between(100, dice.pick([2000, lagMs]))
        const begin = Math.max(time.now(), brokenUntil.get(region) ?? 0)
        const arrival = Math.max(begin + lag, arrivals.get(region) ?? 0)
        arrivals.set(region, arrival)
        time.after(arrival - time.now(), () => copies.set(region, copy))
      }
    }
  }

  function make(id: string, text: string | undefined, label: string): void {
    versions.set(id, { text, createdAt: secondsOf(time.now()), labels: new Set() })
    attach(label, id)
  }

  const api: Secret = {
    async versions() {
      const pending = holder('AWSPENDING')
      return {
        current: current(),
        previous: holder('AWSPREVIOUS'),
        pending: pending === current() ? undefined : pending,
        labels: new Map([...versions].map(([id, { labels }]) => [id, [...labels]])),
      }
    },
    async read(id) {
      const version = versions.get(id)
      return version?.text === undefined ? undefined : { text: version.text, createdAt: version.createdAt }
    },
    async put(text, { version, label }) {
      const existing = versions.get(version)
      if (existing?.text !== undefined) return existing.text === text ? 'put' : 'taken'
      const pending = holder('AWSPENDING')
      if (abandons && pending !== undefined && pending !== version && pending !== current()) clearPending()
      make(version, text, label)
      return 'put'
    },
    async moveLabel(label, { from, to }) {
      if (holder(label) !== from) throw new Error('InvalidParameterException: RemoveFromVersionId')
      if (to === undefined) versions.get(from ?? '')?.labels.delete(label)
      else if (!versions.has(to)) throw new Error('ResourceNotFoundException')
      else attach(label, to)
    },
    copyIn: async region => copies.get(region) ?? { current: '', previous: undefined },
  }

  function clearPending(): void {
    const pending = holder('AWSPENDING')
    if (pending !== undefined) versions.get(pending)?.labels.delete('AWSPENDING')
  }

  make(newId(), 'K;8!a placeholder that CloudFormation generated', 'AWSCURRENT')
  return {
    api,
    textIn: region => copies.get(region)?.text ?? '',
    beginRotation() {
      const pending = holder('AWSPENDING')
      if (pending !== undefined && pending !== current()) return undefined
      const token = newId()
      make(token, undefined, 'AWSPENDING')
      return token
    },
    clearPending,
    isPending: version => versions.get(version)?.labels.has('AWSPENDING') === true,
    current,
    previous: () => holder('AWSPREVIOUS'),
    movedAt: () => movedAt,
    isEverywhere: () =>
      [...copies.values()].every(
        ({ current: there, previous }) => there === current() && previous === holder('AWSPREVIOUS'),
      ),
    breakCopy: (region, ms) => brokenUntil.set(region, Math.max(time.now() + ms, brokenUntil.get(region) ?? 0)),
  }
}
