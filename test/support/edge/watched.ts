import type { ConsumeAttemptResult, LinkTable } from '../../../shared/redemption/link-table.ts'
import type { Perceived } from '../../proof/model/trace.ts'

const perceivedAs = {
  consumed: 'consumed',
  'condition-failed': 'refused',
  'no-effect': 'no-effect',
  overloaded: 'no-effect',
  'not-retryable': 'no-effect',
  'unknown-effect': 'unknown-effect',
} as const satisfies Record<ConsumeAttemptResult['kind'], Perceived>

/** Wraps a table; calls `onPerceived` with how each call ended for the edge. */
export function watched(table: LinkTable, onPerceived: (what: Perceived) => void): LinkTable {
  return {
    async tryConsume(redemption, attempt) {
      const result = await table.tryConsume(redemption, attempt)
      onPerceived(perceivedAs[result.kind])
      return result
    },
    async exists(id, attempt) {
      try {
        const isThere = await table.exists(id, attempt)
        onPerceived(isThere ? 'there' : 'gone')
        return isThere
      } catch (error) {
        onPerceived('unread')
        throw error
      }
    },
    tryReserve: table.tryReserve,
    inspect: table.inspect,
  }
}
