import type { LinkItem } from '../table/link-item.ts'
import type { EpochSeconds } from '../time.ts'
import { attributesIn } from './clauses.ts'
import type { Redemption } from './link-table.ts'
import { type LinkWrites, oneUse, type RedemptionWrite } from './one-use.ts'

/** Returns the writes of such a link. Those of several uses are loaded with the first request for one, before its write. */
export function writesOf({ several }: Pick<Redemption, 'several'>): LinkWrites | Promise<LinkWrites> {
  return several ? import('./several-uses.ts').then(({ severalUses }) => severalUses) : oneUse
}

/** Returns the first write of a redemption: with a passphrase, that of a try. */
export async function firstWriteOf(redemption: Redemption): Promise<RedemptionWrite> {
  const { useOf, reserveTry } = await writesOf(redemption)
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
