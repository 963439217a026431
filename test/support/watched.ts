import type { LinkTable } from '../../shared/redemption/link-table.ts'
import type { Perceived } from '../proof/model/trace.ts'

/** Wraps a table; calls `onPerceived` with how each call ended for the edge. */
export function watched(table: LinkTable, onPerceived: (what: Perceived) => void): LinkTable {
  return {
    async tryConsume(redemption, attempt) {
      const result = await table.tryConsume(redemption, attempt)
      const { kind } = result
      onPerceived(kind === 'condition-failed' ? 'refused' : kind === 'not-retryable' ? 'no-effect' : kind)
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
    inspect: table.inspect,
  }
}
