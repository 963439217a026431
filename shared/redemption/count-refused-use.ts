import type { Reason } from '../refusal.ts'
import type { Route } from '../table/route.ts'
import { type EpochMs, plusMs } from '../time.ts'
import { attemptAt, type ConsumePorts } from './consume.ts'
import { minAttemptMs } from '../limits.ts'
import type { LinkPlace, LinkTable } from './link-table.ts'

/** What it takes to count a refusal. */
export interface CountContext extends Pick<ConsumePorts, 'clock'> {
  readonly table: Pick<LinkTable, 'inspect'>
  readonly route: Route
  readonly deadline: EpochMs
}

/** Longest that a count may delay a refusal, in milliseconds: a round trip to the far side of the world, with a connection. */
const countMs = 500

/**
 * Counts a refusal on the item of its link, if the link was used and keeps a receipt: another client may have the link. It comes
 * after the decision, which it can't change: one write that touches no state. Never rejects.
 */
export async function countRefusedUse(
  { reason, isOutOfScope }: { readonly reason?: Reason; readonly isOutOfScope?: true },
  redemption: LinkPlace,
  { table, clock, route, deadline }: CountContext,
): Promise<void> {
  if (reason !== 'spent' || isOutOfScope || redemption.receipt === undefined) return
  const end = plusMs(clock.now(), countMs)
  const attempt = attemptAt(route(redemption.homeRegion), minAttemptMs, {
    clock,
    deadline: deadline < end ? deadline : end,
  })
  if (attempt !== undefined) await table.inspect(redemption, 'refusedAfterUse', attempt).catch(() => undefined)
}
