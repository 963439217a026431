import { describe, expect, test } from 'vitest'
import type { Patch } from '../../support/broken/copy.ts'
import { everyStoreKeeps } from './every-store.ts'
import { clausesIn, failuresOf } from './failures.ts'
import { ofSeveralUses } from './several-uses.ts'

const cases = Object.entries(ofSeveralUses)

everyStoreKeeps(ofSeveralUses)

const file = 'shared/redemption/uses.ts'
const uses = (find: string, replace = ''): Patch => ({ file, find, replace })
const table = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const left = 'attribute_not_exists(#uses.#use) AND size(#uses) < #maxUses'
const clauses = clausesIn(file)

describe('without one clause of a write, the contract catches a store', () => {
  test.each(clauses)('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch], cases)).not.toEqual([])
  })

  test('there are two lists of clauses', () => {
    expect(new Set(clauses.map(([name]) => name.split(' ')[0]))).toEqual(new Set(['takeUse', 'reserveTry']))
  })
})

const broken: Readonly<Record<string, readonly Patch[]>> = {
  'that counts uses instead of naming them': [
    uses(`text: '${left}'`, `text: '#maxUses > :none', values: { ':none': { N: '0' } }`),
    uses("'SET #uses.#use = :use', ", "'SET #uses.#use = :use, #maxUses = #maxUses - :step', "),
    uses('now) } }),\n', "now) }, ':step': { N: '1' } }),\n"),
  ],
  'that gives a use to every client': [uses(' AND size(#uses) < #maxUses')],
  'that gives one use too many': [uses('size(#uses) < #maxUses', 'size(#uses) <= #maxUses')],
  'that begins a use anew at a repeat': [uses('attribute_not_exists(#uses.#use) AND ')],
  'that marks a partly used link as used': [
    uses("'SET #uses.#use = :use', ", "'SET #uses.#use = :use, #state = :over', "),
    uses('now) } }),\n', "now) }, ':over': { S: 'used' } }),\n"),
  ],
  'that gives all clients the first end and address': [
    uses('.find(({ redemptionId }) => redemptionId === draft?.redemptionId)', '.at(0)'),
  ],
  'that gives clients without a use the latest one': [
    uses('if (found.receipt?.redemptionId !== redemption.receipt?.redemptionId) return false'),
  ],
  'that shows a client its use of a revoked link': [uses("if (link.state === 'revoked') return link")],
  'that repeats where and when no link could be used': [
    uses('failedCondition(before, redemption, now) === undefined', 'before !== undefined'),
  ],
  'that does not give a try back': [uses(', #tries = #tries - :one')],
  'that gives no use of a link with a passphrase a try back': [
    uses('return passphraseHash === undefined ? takeUse : takeUseAndReturnTry', 'return takeUse'),
  ],
  'that tells of a locked link whether a client has a use': [
    table('isLocked(link) ? link : seen(link, redemption)', 'seen(link, redemption)'),
  ],
  'that counts who has a use': [uses("${isOther ? ' AND attribute_not_exists(#uses.#use)' : ''}")],
  'that counts at a link that is used up': [uses("isRefused ? '>=' : '<'", "isRefused ? '>=' : '<='")],
  'that counts refused uses of a link that has some left': [uses("isRefused ? '>=' : '<'", "isRefused ? '<=' : '<'")],
  'that locks out clients with a use once all tries are made': [
    uses('const { state: _used, maxTries: _tries, ...before }', 'const { state: _used, ...before }'),
  ],
  'that takes a use in place of a repeat': [uses('if (repeatOnly) return repeatUse')],
  'that creates an item or a map': [
    {
      file: 'shared/redemption/writes.ts',
      find: "].join(' AND ')",
      replace: "].join(' AND ') + (names.includes('uses') ? ' OR attribute_not_exists(#uses)' : '')",
    },
  ],
}

describe('broken on purpose, the contract catches a store', () => {
  test.each(Object.entries(broken))('%s', async (name, patches) => {
    expect(await failuresOf(name, patches, cases)).not.toEqual([])
  })

  test('but not a copy without a patch', async () => {
    expect(await failuresOf('whole', [], cases)).toEqual([])
  })
})
