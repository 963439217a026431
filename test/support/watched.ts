import type { LinkTable } from '../../shared/redemption/link-table.ts'
import type { Perceived } from '../model/trace.ts'

/** The same table; `told` hears how each call ended for the edge. */
export function watched(table: LinkTable, told: (what: Perceived) => void): LinkTable {
  return {
    async take(redemption, attempt) {
      const answer = await table.take(redemption, attempt)
      told(answer.kind === 'not-taken' ? 'refused' : answer.kind === 'barred' ? 'no-effect' : answer.kind)
      return answer
    },
    async holds(id, attempt) {
      try {
        const isThere = await table.holds(id, attempt)
        told(isThere ? 'there' : 'gone')
        return isThere
      } catch (error) {
        told('unread')
        throw error
      }
    },
    look: table.look,
  }
}
