import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/contract/store.ts'
import { memoryStore, type SweptStore } from '../../support/memory-store.ts'
import { onBothStores } from '../../support/on-stores.ts'
import { contract } from './contract.ts'
import { ofGuesses } from './guesses.ts'

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

/** Returns the cases that a copy of the adapters with these patches fails; each case has a table of its own. */
async function failuresOf(name: string, patches: readonly Patch[], tried = cases): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches, ['api', 'shared'])
  onTestFinished(() => removeCopy(root))
  const adapters = await adaptersIn(root)
  const results = await Promise.all(
    tried.map(async ([sentence, check]) => {
      const error: unknown = await check(memoryStore(adapters)).catch((error: unknown) => error)
      // Any other error is of a copy that does not run, which proves nothing.
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
const count = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const links = (find: string, replace = ''): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace })
const revokesOnlyIf = (condition: string): readonly Patch[] => [
  links('#home = :home', `#home = :home AND ${condition}`),
  links("':revoked': {", "':live': { S: 'live' }, ':used': { S: 'used' }, ':revoked': {"),
]
/** Removes a clause from the condition of a reservation, and from no other. */
const reservesWithout = (attribute: string): readonly Patch[] => [
  edge('[...redeemable,', `[...(reserves ? redeemable.filter(each => !each.includes('${attribute}')) : redeemable),`),
]
const sweepings = (find: string, replace = ''): Patch => ({
  file: 'api/adapters/dynamodb-expired-items.ts',
  find,
  replace,
})

/**
 * Each lacks one clause. Not listed is the clause that another implies: that the item exists (it has an expiry and a
 * home, or a time to purge it).
 */
const broken: Readonly<Record<string, readonly Patch[]>> = {
  'without a check of the expiry': [edge(`'#expiresAt > :now',`)],
  'without a check of the start': [edge(`'(attribute_not_exists(#notBefore) OR #notBefore <= :now)',`)],
  'that requires a start': [edge('attribute_not_exists(#notBefore) OR ')],
  'without a check of the home': [edge(`'#homeRegion = :home',`)],
  'that accepts every network': [
    edge(
      "requireOneOf('network', viewer === undefined ? [] : networksAround(viewer))",
      "conditions.push('attribute_exists(#network)')",
    ),
  ],
  'without a check of the network': [
    edge(
      "requireOneOf('network', viewer === undefined ? [] : networksAround(viewer))",
      "conditions.push('attribute_exists(#id)')",
    ),
    edge("'homeRegion', 'network', 'bind'", "'homeRegion', 'bind'"),
    edge("'attribute_not_exists(#network)'", "'attribute_not_exists(network)'"),
  ],
  'that ignores what the link is bound to': [
    edge(
      "requireOneOf('bind', binds)",
      "requireOneOf('bind', ['exact', 'prefix', 'client', 'client-only', 'none', 'newer'])",
    ),
  ],
  'that binds a folder to an IPv6 address': [
    edge('if (checksFolder) {', 'if (viewer === undefined) {'),
    edge("checksFolder ? [...names, 'media'] : names", 'names'),
  ],
  'that lets an unbound nonce consume a bound link': [
    edge(`'attribute_not_exists(#network)'`, `'(attribute_exists(#id) OR attribute_not_exists(#network))'`),
  ],
  'that deletes a link with a receipt': [
    edge(`'attribute_not_exists(#state)'`, `'(attribute_exists(#id) OR attribute_not_exists(#state))'`),
  ],
  'that writes a receipt to a link in any state': [
    edge(`'(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))'`, `'attribute_exists(#id)'`),
  ],
  'that lets no client be first': [edge('#state = :live OR ')],
  'that lets no client repeat': [edge(' OR (#state = :used AND #redemptionId = :redemptionId)')],
  'that lets its client repeat the redemption of a revoked link': [edge('#state = :used AND ')],
  'that lets every client repeat': [edge(' AND #redemptionId = :redemptionId')],
  'that leaves a used link live': [edge(`'#state = :used',`)],
  'that makes a repeat a new redemption': [edge("if_not_exists(#redeemedAt, :now)'", `:now'`)],
  'that extends the capability at a repeat': [
    edge('if_not_exists(#redeemedAt, :now) + #urlSeconds', ':now + #urlSeconds'),
  ],
  'that changes the receipt at a repeat': [edge('if_not_exists(#${name}, :${name})', ':${name}')],
  'that updates any item, or creates one': [
    edge("conditions.join(' AND ')", "conditions.join(' AND ') + ' OR attribute_not_exists(nothing)'"),
  ],
  'that creates an item to count a request': [
    count(
      "'#home = :home AND #state = :state AND (attribute_not_exists(#count) OR #count < :max)'",
      "'attribute_not_exists(nothing)'",
    ),
  ],
  'that counts outside of the home': [count('#home = :home', '(#home = :home OR attribute_exists(#state))')],
  'that counts without a maximum': [count(' AND (attribute_not_exists(#count) OR #count < :max)')],
  'that cannot count the first request': [count('attribute_not_exists(#count) OR #count', '#count')],
  'that counts on a link in any state': [
    count('#home = :home AND #state = :state', '#home = :home AND attribute_exists(#state)'),
  ],
  'that makes a used link live again when it counts': [
    count("'SET #lastAt = :now,", "'SET #state = :again, #lastAt = :now,"),
    count("':one': { N: '1' },", "':one': { N: '1' }, ':again': { S: 'live' },"),
  ],
  'that counts a refused use on a live link': [count("kind === 'refusedAfterUse' ? 'used' : 'live'", "'live'")],
  'that counts to one only': [count('if_not_exists(#count, :zero) + :one', ':one')],
  'that counts the wrong kind': [
    count("'#count': unredeemedAttributes[kind]", "'#count': unredeemedAttributes.unconfirmed"),
  ],
  'that returns no link if it counts no request': [edge('error.Item === undefined ? {} : { Item: error.Item }', '{}')],
  'that overwrites a link': [links(`ConditionExpression: 'attribute_not_exists(#id)',`)],
  'that revokes a copy in another Region': [links('attribute_exists(#id) AND #home = :home', 'attribute_exists(#id)')],
  'that deletes a revoked link': [
    links("client.send('UpdateItem', update)", "client.send('DeleteItem', update)"),
    links("    UpdateExpression: 'SET #state = :revoked',\n"),
  ],
  'that revokes only links with a receipt': revokesOnlyIf('attribute_exists(#state)'),
  'that revokes only links without a receipt': revokesOnlyIf('attribute_not_exists(#state)'),
  'that revokes no used link': revokesOnlyIf('(attribute_not_exists(#state) OR #state IN (:live, :revoked))'),
  'that revokes only used links': revokesOnlyIf('#state IN (:used, :revoked)'),
  'that revokes only once': revokesOnlyIf('(attribute_not_exists(#state) OR #state IN (:live, :used))'),
  'that revokes a link without keeping its receipt': [
    links("'SET #state = :revoked'", "'SET #state = :revoked, redemptionId = :revoked'"),
  ],
  'that uses links out of the scope of its caller': [
    edge('if (scope !== undefined) conditions.push(...scope.clauses)'),
  ],
  'that revokes links out of the scope of its caller': [links('...(limits?.clauses ?? [])')],
  'that revokes links of every issuer': [
    { file: 'shared/link-scope.ts', find: "['#issuer = :issuer']", replace: '[]' },
  ],
  'that revokes links of every key': [
    { file: 'shared/link-scope.ts', find: 'const anyKey = ', replace: 'const anyKey = true || ' },
  ],
  'that sweeps links that are not due': [
    sweepings('FilterExpression: due.ConditionExpression', `FilterExpression: 'attribute_exists(#id)'`),
  ],
  'that sweeps the same part again and again': [sweepings('Segment: segment,', 'Segment: 0,')],
  'that purges links that are not due': [sweepings(' ConditionExpression: due.ConditionExpression,')],
  'that fails to purge a missing link': [sweepings('if (!isConditionFailed(error)) throw error', 'throw error')],
}

/** Each lacks one clause of the two writes of a guess. */
const brokenGuesses: Readonly<Record<string, readonly Patch[]>> = {
  'that reserves a try of a link without a passphrase': [edge('attribute_exists(#passphraseHash) AND ')],
  'that reserves more tries than there are': [edge(' AND #tries < #maxTries')],
  'that reserves one try too many': [edge('#tries < #maxTries', '#tries <= #maxTries')],
  'that counts no try': [edge('#tries = #tries + :one', '#tries = #tries')],
  'that counts one try only': [edge('#tries = #tries + :one', '#tries = :one')],
  'that reserves a try of a used or revoked link with a receipt': [
    edge("requireOneOf('state', ['live'])", "conditions.push('attribute_exists(#state)')"),
  ],
  'that reserves a try of a link in any state without a receipt': [
    edge('conditions.push(deletion.condition)', "conditions.push('attribute_exists(#id)')"),
  ],
  'that reserves a try of an expired link': reservesWithout('expiresAt'),
  'that reserves a try before the start': reservesWithout('notBefore'),
  'that reserves a try outside of the home': reservesWithout('homeRegion'),
  'that reserves a try from every network': [
    edge(
      'if (bound) requireOneOf(',
      "if (reserves) conditions.push('attribute_exists(#id)')\n  else if (bound) requireOneOf(",
    ),
  ],
  'that reserves a try whatever the link is bound to': [
    edge("requireOneOf('bind', binds)", "requireOneOf('bind', reserves ? ['client', 'exact'] : binds)"),
  ],
  'that reserves a try of a folder over IPv6': [edge('if (checksFolder) {', 'if (checksFolder && !reserves) {')],
  'that reserves a try out of the scope of its caller': [
    edge('if (scope !== undefined) conditions', 'if (scope !== undefined && !reserves) conditions'),
  ],
  'that creates an item to reserve a try': [
    edge(
      "conditions.join(' AND ')",
      "conditions.join(' AND ') + (reserves ? ' OR attribute_not_exists(nothing)' : '')",
    ),
  ],
  'that consumes a link whatever its passphrase': [
    edge("requireOneOf('passphraseHash', [passphraseHash])", "conditions.push('attribute_exists(#passphraseHash)')"),
  ],
  'that consumes a link without a passphrase with one': [
    edge(
      "requireOneOf('passphraseHash', [passphraseHash])",
      "(requireOneOf('passphraseHash', [passphraseHash]), conditions.push(`(${conditions.pop()} OR attribute_not_exists(#passphraseHash))`))",
    ),
  ],
  'that lets every client come back to a used link': [
    edge("'#redemptionId = :redemptionId AND #state = :used'", "'#state = :used OR #redemptionId = :redemptionId'"),
  ],
  'that lets a client come back to a link that it did not use': [
    edge("'#redemptionId = :redemptionId AND #state = :used'", "'#state <> :used OR #redemptionId = :redemptionId'"),
  ],
  'that lets a client come back to a revoked link': [edge(":redemptionId AND #state = :used'", ":redemptionId'")],
  'that repeats without a passphrase in any state': [
    edge("'#redemptionId = :redemptionId AND #state = :used'", "'#redemptionId = :redemptionId'"),
  ],
  'that repeats without a passphrase for every client': [
    edge("'#redemptionId = :redemptionId AND #state = :used'", "'#state = :used'"),
  ],
  'that uses a live link in place of a repeat': [
    edge('repeatOnly ? repeat : receipt === undefined', 'receipt === undefined'),
    edge('valuesOfReceipt(receipt, repeatOnly)', 'valuesOfReceipt(receipt)'),
  ],
  'that lets the last try consume nothing': [
    edge(
      "requireOneOf('passphraseHash', [passphraseHash])",
      "(requireOneOf('passphraseHash', [passphraseHash]), conditions.push('tries < maxTries'))",
    ),
  ],
}

describe('broken on purpose, the contract catches a store', () => {
  test.each(Object.entries(broken))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches)).not.toEqual([])
  })

  test.each(Object.entries(brokenGuesses))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches, Object.entries(ofGuesses))).not.toEqual([])
  })

  test('but not a copy without a patch', async () => {
    expect(await failuresOf('whole', [])).toEqual([])
  })

  test('and a patch that no longer fits is an error', async () => {
    const patch = edge('not in there')
    await expect(brokenCopy('unfit', [patch])).rejects.toThrow('has 0 times, not once: not in there')
    await expect(brokenCopy('unfit', [edge('bound')])).rejects.toThrow('a patch no longer fits')
  })
})
