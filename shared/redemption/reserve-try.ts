import type { Link } from '../link.ts'
import type { Clock } from '../time.ts'
import {
  attemptAt,
  consume,
  type ConsumeOptions,
  type ConsumeResult,
  refusedBy,
  type RefusedConsumption,
} from './consume.ts'
import { isMine } from './clauses.ts'
import { backOff } from './deadlines.ts'
import type { LinkTable, Redemption } from './link-table.ts'
import { writesOf } from './writes.ts'

/** How a redemption with a passphrase ended. */
export type TryResult = ConsumeResult & {
  /** Tries that are left after a wrong one, at most: others may be under way. */
  readonly triesLeft?: number
}

/** The ports of `consume`, and a table that reserves tries. */
export interface TryPorts {
  readonly table: Pick<LinkTable, 'tryConsume' | 'exists' | 'tryReserve'>
  readonly clock: Clock
}

/** Least time left for a reservation, in milliseconds: enough for the write after it, too (`minWriteMs`), or a try would be lost. */
export const minTryMs = 1000

/**
 * Consumes a link with a passphrase, whose hash `redemption` has: at most `maxTries` hashes are ever compared for one link, besides
 * those of clients that used it, and no number of requests at once exceeds that. It takes two writes, in this order
 * (docs/decisions/0049-guess.md):
 *
 * 1. One reserves a try, on every condition of the redemption but the hash. An error without effect is retried; after a lost
 *    response the link is `unavailable`, and the try may be lost.
 * 2. Only then comes the write of `consume`, with the hash as one more condition and none about tries. Its retries compare the
 *    same hash again, so they take no other try.
 *
 * The client that used the link repeats the second alone. Rejects as `consume` does.
 */
export async function consumeWithPassphrase(
  redemption: Redemption & { readonly passphraseHash: string },
  ports: TryPorts,
  options: ConsumeOptions,
): Promise<TryResult> {
  const reserved = await reserveTry(redemption, ports, options)
  if (reserved.kind === 'refused') return reserved
  const result = await consume(redemption, ports, options)
  if (result.kind !== 'refused' || result.reason !== 'wrong-passphrase') return result
  const triesLeft = triesLeftOf(reserved.link)
  // After the last try the link is locked, which says more than that this passphrase was wrong.
  return triesLeft === 0 ? { kind: 'refused', reason: 'locked' } : { ...result, triesLeft }
}

/** Reserves a try, or says why not. `link` is what the write left, or what this client itself used before. */
async function reserveTry(
  withHash: Redemption,
  { table, clock }: TryPorts,
  { regions, deadline }: ConsumeOptions,
): Promise<{ readonly kind: 'reserved'; readonly link: Link } | RefusedConsumption> {
  const redemption = { ...withHash, passphraseHash: undefined }
  let queue = regions
  for (let turn = 0; ; turn += 1) {
    const attempt = attemptAt(queue, minTryMs, { clock, deadline })
    if (attempt === undefined) return unavailable
    const result = await table.tryReserve(redemption, attempt)
    if (result.kind === 'reserved') return result
    if (result.kind === 'condition-failed') {
      const { found } = result
      if (found && isMine(found, redemption)) return { kind: 'reserved', link: found }
      return refusedBy((await writesOf(redemption)).reserveTry, redemption, { found, now: attempt.now })
    }
    if (result.kind === 'overloaded' || result.kind === 'unknown-effect') return unavailable
    const others = queue.slice(1)
    queue = result.kind === 'not-retryable' ? others : [...others, attempt.region]
    if (result.kind === 'not-retryable' && queue.length === 0)
      throw new Error('the table of links refuses our requests', { cause: result.cause })
    await backOff(turn, { clock, deadline })
  }
}

const unavailable = { kind: 'refused', reason: 'unavailable' } as const

/** Returns the tries that are left. */
function triesLeftOf({ tries = 0, maxTries = 0 }: Link): number {
  return maxTries - tries
}
