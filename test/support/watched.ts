import type { LinkTable } from '../../shared/redemption/link-table.ts'
import type { Perceived } from '../proof/model/trace.ts'

/** The same table; `told` hears how each call ended for the edge. */
export function watched(table: LinkTable, told: (what: Perceived) => void): LinkTable {
  return {
    async tryConsume(redemption, attempt) {
      const answer = await table.tryConsume(redemption, attempt)
      told(answer.kind === 'condition-failed' ? 'refused' : answer.kind === 'not-retryable' ? 'no-effect' : answer.kind)
      return answer
    },
    async exists(id, attempt) {
      try {
        const isThere = await table.exists(id, attempt)
        told(isThere ? 'there' : 'gone')
        return isThere
      } catch (error) {
        told('unread')
        throw error
      }
    },
    inspect: table.inspect,
  }
}
