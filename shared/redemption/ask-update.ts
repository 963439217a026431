import { attributesIn } from './clauses.ts'
import type { Attempt, LinkPlace } from './link-table.ts'

/** How often the sender of a link is asked for a new one, at most: then nothing is written, and no event sent. */
const maxRequested = 3
/** Seconds within which another press, as by a page that is loaded again, is not another request. */
export const askSeconds = 3600

/**
 * Returns the update that counts that the sender of a link is asked for a new one. Its condition lets it change no live or revoked
 * link, create no item in place of one that was deleted, and count once an hour and to three, however many arrive at once. In mode
 * `home` it is for the home alone, as every count.
 */
export function askUpdateOf({ id, homeRegion }: LinkPlace, { now }: Attempt) {
  // dynalite says that two absent attributes are equal.
  const locked = '(attribute_exists(#tries) AND #tries >= #maxTries)'
  const usedUp = '(attribute_exists(#uses) AND size(#uses) >= #maxUses)'
  const ended = `(#expiresAt <= :now OR #state = :used OR ${locked} OR ${usedUp})`
  const mayAsk = '(attribute_not_exists(#requested) OR (#requested < :max AND #requestedAt <= :ago))'
  const notRevoked = '(attribute_not_exists(#state) OR #state <> :revoked)'
  const condition = `#homeRegion = :home AND ${notRevoked} AND ${mayAsk} AND ${ended}`
  return {
    Key: { id: { S: id } },
    UpdateExpression: 'SET #requestedAt = :now, #requested = if_not_exists(#requested, :zero) + :one',
    ConditionExpression: condition,
    ExpressionAttributeNames: attributesIn(condition),
    ExpressionAttributeValues: {
      ':home': { S: homeRegion },
      ':now': { N: String(now) },
      ':ago': { N: String(now - askSeconds) },
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':max': { N: String(maxRequested) },
      ':used': { S: 'used' },
      ':revoked': { S: 'revoked' },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}
