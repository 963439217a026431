import { isDeepStrictEqual } from 'node:util'
import type { CloudFront, KeyGroup } from '../../../jobs/keys/ports.ts'
import { secondsOf } from '../../../shared/time.ts'
import type { VirtualTime } from '../../proof/simulation/virtual-time.ts'
import type { Choices } from '../../proof/simulation/choices.ts'

/** CloudFront: its API, and what its edges know. */
export interface SimulatedCloudFront {
  readonly api: CloudFront
  /** Returns the ids of the public keys with which one edge of CloudFront verifies URLs. */
  knownAt(pop: number): ReadonlySet<string>
  /** Returns the public key of that id, also after its deletion. */
  pemOf(id: string): string
  /** Makes a distribution trust the group of that id from now on. */
  trust(groupId: string): void
}

/** Number of CloudFront's edges. Each learns of a change at its own time. */
export const pops = 4

/** Longest time of a change: AWS says 15 minutes; if the status shows it, it may take far longer. */
const [silentMs, announcedMs] = [15 * 60_000, 90 * 60_000]

/**
 * Creates a control plane with the interface of the port. A change of a key group reaches each edge at its own time, in
 * order. It isn't documented whether the distribution's status shows it. So sometimes it does, for as long as the
 * change takes, and sometimes it doesn't, and the change takes at most 15 minutes.
 */
export function simulatedCloudFront(time: Pick<VirtualTime, 'now' | 'after'>, dice: Choices): SimulatedCloudFront {
  const pems = new Map<string, string>()
  const keys = new Map<string, { name: string; pem: string; createdAt: number }>()
  let group: KeyGroup | undefined
  let [trusted, changes, deployedAt] = [false, 0, 0]
  const known = Array.from({ length: pops }, () => new Set<string>())
  const knownSince = Array.from({ length: pops }, () => 0)

  function change(keyIds: readonly string[]): void {
    changes += 1
    const at = { id: 'g1', name: 'once', etag: `E${changes}`, keyIds, modifiedAt: secondsOf(time.now()) }
    group = at
    const isAnnounced = dice.chance(0.5)
    for (let pop = 0; pop < pops; pop += 1) {
      const delay = isAnnounced ? dice.between(0, dice.pick([60_000, announcedMs])) : dice.between(0, silentMs)
      const arrival = Math.max(time.now() + delay, knownSince[pop] ?? 0)
      knownSince[pop] = arrival
      if (isAnnounced) deployedAt = Math.max(deployedAt, arrival)
      time.after(arrival - time.now(), () => (known[pop] = new Set(keyIds)))
    }
  }

  const api: CloudFront = {
    async createPublicKey(name, pem) {
      const existing = [...keys].find(([, key]) => key.name === name)
      if (existing) return existing[0]
      const id = `K${keys.size + 1}`
      keys.set(id, { name, pem, createdAt: secondsOf(time.now()) })
      pems.set(id, pem)
      return id
    },
    publicKey: async id => keys.get(id)?.pem || undefined,
    publicKeys: async () =>
      [...keys]
        .filter(([, { pem }]) => pem !== '')
        .map(([id, { name, createdAt }]) => ({ id, name, createdAt }) as never),
    async deletePublicKey(id) {
      if (group?.keyIds.includes(id)) return 'in-use'
      const key = keys.get(id)
      if (key) keys.set(id, { ...key, name: '', pem: '' })
      return 'deleted'
    },
    keyGroup: async () => group,
    async createKeyGroup(_, keyIds) {
      if (group === undefined) change(keyIds)
    },
    async updateKeyGroup(seen, keyIds) {
      if (seen.etag !== group?.etag) return 'changed-meanwhile'
      if (keyIds.length > 5) throw new Error('TooManyPublicKeysInKeyGroup')
      if (!keyIds.every(id => keys.get(id)?.pem)) throw new Error('NoSuchPublicKey')
      if (!isDeepStrictEqual(keyIds, group.keyIds)) change(keyIds)
      return 'updated'
    },
    async deleteKeyGroup() {
      if (trusted) return 'in-use'
      group = undefined
      return 'deleted'
    },
    distributionsOf: async () => (trusted ? [{ id: 'D1', deployed: time.now() >= deployedAt }] : []),
  }
  return {
    api,
    knownAt: pop => known[pop] ?? new Set(),
    pemOf: id => pems.get(id) ?? '',
    trust: () => (trusted = true),
  }
}
