import { describe, expect, test } from 'vitest'
import { brokenCopy, type Patch } from '../../support/broken/copy.ts'
import { contract } from './contract.ts'
import { everyStoreKeeps } from './every-store.ts'
import { clausesIn, failuresOf } from './failures.ts'
import { ofTries } from './tries.ts'

const cases = Object.entries(contract)

everyStoreKeeps(contract)

const clause = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/clauses.ts', find, replace })
const write = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/one-use.ts', find, replace })
const request = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/writes.ts', find, replace })
const table = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const links = (find: string, replace = ''): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace })
const revokesOnlyIf = (condition: string): readonly Patch[] => [
  links('#home = :home', `#home = :home AND ${condition}`),
  links("':revoked': {", "':live': { S: 'live' }, ':used': { S: 'used' }, ':revoked': {"),
]
const sweepings = (find: string, replace = ''): Patch => ({
  file: 'api/adapters/dynamodb-expired-items.ts',
  find,
  replace,
})

/** Each has another mistake in a condition or an effect than a clause that lacks. */
const broken: Readonly<Record<string, readonly Patch[]>> = {
  'that requires a start': [clause('attribute_not_exists(#notBefore) OR ')],
  'that accepts every network': [clause("...oneOf('network', around)", "text: 'attribute_exists(#network)'")],
  'that lets an unbound nonce consume a bound link': [
    clause("text: 'attribute_not_exists(#network)'", "text: 'attribute_exists(#id)'"),
  ],
  'that lets no client be first': [clause('#state = :live OR ')],
  'that lets no client repeat': [clause(' OR (#state = :used AND #redemptionId = :redemptionId)')],
  'that lets its client repeat the redemption of a revoked link': [
    clause('(#state = :used AND #redemptionId', '(#redemptionId'),
  ],
  'that lets every client repeat': [clause('#state = :used AND #redemptionId = :redemptionId)', '#state = :used)')],
  'that leaves a used link live': [write(`'#state = :used',`)],
  'that makes a repeat a new redemption': [write("if_not_exists(#redeemedAt, :now)'", `:now'`)],
  'that extends the capability at a repeat': [
    write('if_not_exists(#redeemedAt, :now) + #urlSeconds', ':now + #urlSeconds'),
  ],
  'that changes the receipt at a repeat': [write('if_not_exists(#${name}, :${name})', ':${name}')],
  'that updates any item, or creates one': [
    request("].join(' AND ')", "].join(' AND ') + ' OR attribute_not_exists(nothing)'"),
  ],
  'that creates an item to count a request': [
    table(
      '`#home = :home AND #state = :state AND (attribute_not_exists(#count) OR #count < :max)${when.text}`',
      "'attribute_not_exists(nothing)'",
    ),
  ],
  'that counts outside of the home': [table('#home = :home', '(#home = :home OR attribute_exists(#state))')],
  'that counts without a maximum': [table(' AND (attribute_not_exists(#count) OR #count < :max)')],
  'that cannot count the first request': [table('attribute_not_exists(#count) OR #count', '#count')],
  'that counts on a link in any state': [
    table('#home = :home AND #state = :state', '#home = :home AND attribute_exists(#state)'),
  ],
  'that makes a used link live again when it counts': [
    table("'SET #lastAt = :now,", "'SET #state = :again, #lastAt = :now,"),
    table("':one': { N: '1' },", "':one': { N: '1' }, ':again': { S: 'live' },"),
  ],
  'that counts a refused use on a live link': [write("kind === 'refusedAfterUse' ? 'used' : 'live'", "'live'")],
  'that counts to one only': [table('if_not_exists(#count, :zero) + :one', ':one')],
  'that counts the wrong kind': [
    table("'#count': unredeemedAttributes[kind]", "'#count': unredeemedAttributes.unconfirmed"),
  ],
  'that returns no link if it counts no request': [table('error.Item === undefined ? {} : { Item: error.Item }', '{}')],
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
  'that uses links out of the scope of its caller': [request('...(scope?.clauses ?? [])')],
  'that revokes links out of the scope of its caller': [links('...(limits?.clauses ?? [])')],
  'that revokes links of every issuer': [{ file: 'api/link-scope.ts', find: "['#issuer = :issuer']", replace: '[]' }],
  'that revokes links of every caller': [
    { file: 'api/link-scope.ts', find: '[`#caller IN', replace: 'true ? [] : [`#caller IN' },
  ],
  'that revokes links of every key': [
    { file: 'api/link-scope.ts', find: 'const anyKey = ', replace: 'const anyKey = true || ' },
  ],
  'that sweeps links that are not due': [
    sweepings('FilterExpression: due.ConditionExpression', `FilterExpression: 'attribute_exists(#id)'`),
  ],
  'that sweeps the same part again and again': [sweepings('Segment: segment,', 'Segment: 0,')],
  'that purges links that are not due': [sweepings(' ConditionExpression: due.ConditionExpression,')],
  'that fails to purge a missing link': [sweepings('\n        .catch(ifConditionFailed(() => undefined))')],
}

/** Each has another mistake in the two writes of a try. */
const brokenTries: Readonly<Record<string, readonly Patch[]>> = {
  'that reserves a try of a link without a passphrase': [clause('attribute_exists(#passphraseHash) AND ')],
  'that reserves more tries than there are': [clause(' AND #tries < #maxTries')],
  'that reserves one try too many': [clause('#tries < #maxTries', '#tries <= #maxTries')],
  'that counts no try': [write('#tries = #tries + :one', '#tries = #tries')],
  'that counts one try only': [write('#tries = #tries + :one', '#tries = :one')],
  'that reserves a try of a used or revoked link with a receipt': [
    clause("...oneOf('state', ['live'])", "text: 'attribute_exists(#state)'"),
  ],
  'that reserves a try of a link in any state without a receipt': [
    write('(redemption.receipt ? live : withoutState)(redemption, now)', 'redemption.receipt && live(redemption, now)'),
  ],
  'that reserves a try out of the scope of its caller': [
    request('...(scope?.clauses ?? [])', '...((condition.includes("#tries") ? undefined : scope?.clauses) ?? [])'),
  ],
  'that creates an item to reserve a try': [
    request(
      "].join(' AND ')",
      "].join(' AND ') + (condition.includes('#tries') ? ' OR attribute_not_exists(nothing)' : '')",
    ),
  ],
  'that consumes a link without a passphrase with one': [
    clause(
      "...oneOf('passphraseHash', [passphraseHash])",
      "...oneOf('passphraseHash', [passphraseHash]), text: '(#passphraseHash = :passphraseHash0 OR attribute_not_exists(#passphraseHash))'",
    ),
  ],
  'that lets every client come back to a used link': [
    clause(
      "text: '#redemptionId = :redemptionId AND #state = :used'",
      "text: '#state = :used OR #redemptionId = :redemptionId'",
    ),
  ],
  'that lets a client come back to a link that it did not use': [
    clause(
      "text: '#redemptionId = :redemptionId AND #state = :used'",
      "text: '#state <> :used OR #redemptionId = :redemptionId'",
    ),
  ],
  'that lets a client come back to a revoked link': [clause(":redemptionId AND #state = :used'", ":redemptionId'")],
  'that repeats without a passphrase for every client': [
    clause("text: '#redemptionId = :redemptionId AND #state = :used'", "text: '#state = :used'"),
  ],
  'that uses a live link in place of a repeat': [write('if (repeatOnly) return repeatUse')],
  'that lets the last try consume nothing': [
    clause(
      "...oneOf('passphraseHash', [passphraseHash])",
      "...oneOf('passphraseHash', [passphraseHash]), text: '#passphraseHash = :passphraseHash0 AND tries < maxTries'",
    ),
  ],
}

const clauses = clausesIn('shared/redemption/one-use.ts')

describe('without one clause of a write, the contract catches a store', () => {
  const all = [...cases, ...Object.entries(ofTries)]
  test.each(clauses)('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch], all)).not.toEqual([])
  })

  test('there are four writes', () => {
    expect(new Set(clauses.map(([name]) => name.split(' ')[0]))).toEqual(
      new Set(['deleteLink', 'markUsed', 'repeatUse', 'reserveTry']),
    )
  })
})

describe('broken on purpose, the contract catches a store', () => {
  test.each(Object.entries(broken))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches, cases)).not.toEqual([])
  })

  test.each(Object.entries(brokenTries))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches, Object.entries(ofTries))).not.toEqual([])
  })

  test('but not a copy without a patch', async () => {
    expect(await failuresOf('whole', [], cases)).toEqual([])
  })

  test('and a patch that no longer fits is an error', async () => {
    const patch = write('not in there')
    await expect(brokenCopy('unfit', [patch])).rejects.toThrow('has 0 times, not once: not in there')
    await expect(brokenCopy('unfit', [clause('bound')])).rejects.toThrow('a patch no longer fits')
  })
})
