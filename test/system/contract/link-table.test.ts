import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { brokenCopy, type Patch, removeCopy } from '../../broken/copy.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/contract/store.ts'
import { memoryStore, type SweptStore } from '../../support/memory-store.ts'
import { onBothStores } from '../../support/on-stores.ts'
import { contract } from './contract.ts'

const cases = Object.entries(contract)
const repository = join(import.meta.dirname, '../../..')

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryStore(await adaptersIn(repository))))
})

onBothStores(homeRegions, tables => {
  describe.each(['edge', 'SDK'] as const)('through the %s', client => {
    let store: SweptStore
    beforeAll(async () => {
      store = await storeOnTables(tables(), await adaptersIn(repository), client)
    })
    test.each(cases)('%s', async (_, check) => check(store))
  })
})

/** The cases that a copy of the adapters fails when it is broken in this way; each case on a table of its own. */
async function failuresOf(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const adapters = await adaptersIn(root)
  const results = await Promise.all(
    cases.map(async ([sentence, check]) => {
      const error: unknown = await check(memoryStore(adapters)).catch((error: unknown) => error)
      // What isn't an assertion is a copy that doesn't even run, and that proves nothing.
      if (error !== undefined && !isAssertion(error)) throw error
      return error === undefined ? [] : [sentence]
    }),
  )
  return results.flat()
}

const isAssertion = (error: unknown) => (error as { code?: unknown }).code === 'ERR_ASSERTION'

const edge = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const links = (find: string, replace = ''): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace })
const sweepings = (find: string, replace = ''): Patch => ({
  file: 'api/adapters/dynamodb-expired-items.ts',
  find,
  replace,
})

/**
 * One clause less each. Missing here is what another clause implies: that the item exists (it has an expiry and a home,
 * or a time to be purged at) and that a link with our redemption id is used.
 */
const broken: Readonly<Record<string, readonly Patch[]>> = {
  'no look at the expiry': [edge(`'#expiresAt > :now',`)],
  'no look at the start': [edge(`'(attribute_not_exists(#notBefore) OR #notBefore <= :now)',`)],
  'every link must have a start': [edge('attribute_not_exists(#notBefore) OR ')],
  'no look at the home': [edge(`'#homeRegion = :home',`)],
  'bound to any network': [edge("`#network IN (${networkValues.join(', ')})`", `'attribute_exists(#network)'`)],
  'no look at the network': [edge("`#network IN (${networkValues.join(', ')})`", `'attribute_exists(#id)'`)],
  'a nonce that is not bound takes a bound link': [
    edge(`: 'attribute_not_exists(#network)'`, `: 'attribute_exists(#id)'`),
  ],
  'a delete takes a link with a receipt': [
    edge(`[...redeemable(bound), 'attribute_not_exists(#state)']`, 'redeemable(bound)'),
  ],
  'a receipt for a link in any state': [
    edge(`'(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))'`, `'attribute_exists(#id)'`),
  ],
  'nobody is first': [edge('#state = :live OR ')],
  'nobody may repeat': [edge(' OR (#state = :used AND #redemptionId = :redemptionId)')],
  'everybody may repeat': [edge(' AND #redemptionId = :redemptionId')],
  'a used link stays live': [edge(`'#state = :used',`)],
  'a repeat is a new redemption': [edge("if_not_exists(#redeemedAt, :now)'", `:now'`)],
  'a repeat is a longer capability': [edge('if_not_exists(#redeemedAt, :now) + #urlSeconds', ':now + #urlSeconds')],
  'a repeat changes the receipt': [edge('if_not_exists(#${name}, :${name})', ':${name}')],
  'an update of whatever is there, or not': [
    edge(
      "[\n    ...redeemable(bound),\n    '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',\n  ]",
      "['attribute_not_exists(nothing)']",
    ),
  ],
  'a count that makes an item of its own': [
    edge(
      "'attribute_exists(#id) AND #state = :live AND (attribute_not_exists(#hold) OR #hold < :most)'",
      "'attribute_not_exists(nothing)'",
    ),
  ],
  'a count without end': [edge(' AND (attribute_not_exists(#hold) OR #hold < :most)')],
  'a count that begins with nothing': [edge('attribute_not_exists(#hold) OR #hold', '#hold')],
  'a count on a link that has ended': [
    edge('attribute_exists(#id) AND #state = :live', 'attribute_exists(#id) AND attribute_exists(#state)'),
  ],
  'a count that is no count': [edge('if_not_exists(#hold, :none) + :one', ':one')],
  'a count of the wrong kind': [
    edge("'#hold': unredeemedAttributes[hold]", "'#hold': unredeemedAttributes.unconfirmed"),
  ],
  'a look that finds nothing where nothing is counted': [
    edge('error.Item === undefined ? {} : { Item: error.Item }', '{}'),
  ],
  'a link is written over': [links(`ConditionExpression: 'attribute_not_exists(#id)',`)],
  'a revocation of any copy': [links('attribute_exists(#id) AND #home = :home', 'attribute_exists(#id)')],
  'a revocation leaves no mark': [
    links('  GetItemCommand,', '  DeleteItemCommand, GetItemCommand,'),
    links('const marking = new UpdateItemCommand', 'const marking = new DeleteItemCommand'),
    links("    UpdateExpression: 'SET #state = :revoked',\n"),
  ],
  'a revocation of links with a receipt alone': [links('attribute_not_exists(#state) OR ')],
  'a revocation of links without one alone': [links(' OR #state IN (:live, :revoked)')],
  'a revocation of a used link': [links(' AND ${isUnused}')],
  'a revocation only once': [links('(:live, :revoked)', '(:live)')],
  'a revocation only of what is revoked': [links('(:live, :revoked)', '(:revoked)')],
  'a revocation that hides a redemption': [links(`error.Item?.['state']?.S === 'used' ? 'used' : 'gone'`, `'gone'`)],
  'a sweep of what is not due': [
    sweepings('FilterExpression: due.ConditionExpression', `FilterExpression: 'attribute_exists(#id)'`),
  ],
  'a sweep of the same part again and again': [sweepings('Segment: part,', 'Segment: 0,')],
  'a purge of what is not due': [sweepings(' ConditionExpression: due.ConditionExpression,')],
  'a purge of what is gone is an error': [
    sweepings('if (!(error instanceof ConditionalCheckFailedException)) throw error', 'throw error'),
  ],
}

describe('broken on purpose, the contract catches a store', () => {
  test.each(Object.entries(broken))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches)).not.toEqual([])
  })

  test('but not a copy that is whole', async () => {
    expect(await failuresOf('whole', [])).toEqual([])
  })

  test('and a patch that no longer fits is an error', async () => {
    const patch = edge('not in there')
    await expect(brokenCopy('unfit', [patch])).rejects.toThrow('has 0 times, not once: not in there')
    await expect(brokenCopy('unfit', [edge('bound')])).rejects.toThrow('a patch no longer fits')
  })
})
