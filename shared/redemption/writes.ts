import type { LinkItem } from '../link-item.ts'
import type { EpochSeconds } from '../time.ts'
import { attributesIn } from './clauses.ts'
import type { Redemption } from './link-table.ts'
import { type LinkWrites, oneUse, type RedemptionWrite } from './one-use.ts'
import { severalUses } from './several-uses.ts'

/** Returns the writes of such a link. */
export function writesOf({ several }: Pick<Redemption, 'several'>): LinkWrites {
  return several ? severalUses : oneUse
}

/** Returns the first write of a redemption: with a passphrase, that of a try. */
export function firstWriteOf(redemption: Redemption): RedemptionWrite {
  const { useOf, reserveTry } = writesOf(redemption)
  return redemption.passphraseHash === undefined ? useOf(redemption) : reserveTry
}

/**
 * Returns the request of a write for DynamoDB, but for its table. What a caller may use narrows each condition. DynamoDB rejects names and
 * values that no expression uses.
 */
export function requestOf({ clauses, effect, values }: RedemptionWrite, redemption: Redemption, now: EpochSeconds) {
  const { id, scope } = redemption
  const applied = clauses.flatMap(clause => clause(redemption, now) ?? [])
  const condition = applied.map(({ text }) => text).join(' AND ')
  return {
    Key: { id: { S: id } },
    ConditionExpression: [condition, ...(scope?.clauses ?? [])].join(' AND '),
    ExpressionAttributeNames: Object.assign(
      attributesIn(`${condition} ${effect.UpdateExpression ?? ''}`),
      ...applied.map(clause => clause.names),
      scope?.names,
    ) as Record<string, string>,
    ExpressionAttributeValues: Object.assign(
      {},
      ...applied.map(clause => clause.values),
      values?.(redemption, now),
      scope?.values,
    ) as LinkItem,
    ...effect,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}
