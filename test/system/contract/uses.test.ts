import { describe, expect, test } from 'vitest'
import type { Patch } from '../../support/broken/copy.ts'
import { everyStoreKeeps } from './every-store.ts'
import { clausesIn, failuresOf } from './failures.ts'
import { ofSeveralUses } from './several-uses.ts'

const cases = Object.entries(ofSeveralUses)

everyStoreKeeps(ofSeveralUses)

const file = 'shared/redemption/several-uses.ts'
const uses = (find: string, replace = ''): Patch => ({ file, find, replace })
const table = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const clauses = clausesIn(file)

describe('without one clause of a write, the contract catches a store', () => {
  test.each(clauses)('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch], cases)).not.toEqual([])
  })

  test('there are three lists of clauses', () => {
    expect(new Set(clauses.map(([name]) => name.split(' ')[0]))).toEqual(
      new Set(['takeOrRepeat', 'repeatUse', 'reserveTry']),
    )
  })
})

const broken: Readonly<Record<string, readonly Patch[]>> = {
  'that counts uses instead of naming them': [
    uses("'(attribute_exists(#uses.#use) OR size(#uses) < #maxUses)'", "'#maxUses > :none'"),
    uses(
      "'SET #uses.#use = if_not_exists(#uses.#use, :use)', ",
      "'SET #uses.#use = :use, #maxUses = #maxUses - :step', ",
    ),
    uses('now) } }),\n', "now) }, ':step': { N: '1' }, ':none': { N: '0' } }),\n"),
  ],
  'that gives a use to every client': [uses(' OR size(#uses) < #maxUses', ' OR attribute_exists(#uses)')],
  'that gives one use too many': [uses('OR size(#uses) < #maxUses', 'OR size(#uses) <= #maxUses')],
  'whose own entry holds beside no other clause': [
    uses(
      '(attribute_exists(#uses.#use) OR size(#uses) < #maxUses)',
      'attribute_exists(#uses.#use) OR size(#uses) < #maxUses',
    ),
  ],
  'that lets nobody repeat': [uses('(attribute_exists(#uses.#use) OR size(#uses)', '(size(#uses)')],
  'that repeats for a client without a use': [
    uses("text: 'attribute_exists(#uses.#use)'", "text: 'attribute_exists(#uses)'"),
  ],
  'that begins a use anew at a repeat': [uses('if_not_exists(#uses.#use, :use)', ':use')],
  'that marks a partly used link as used': [
    uses("if_not_exists(#uses.#use, :use)', ", "if_not_exists(#uses.#use, :use), #state = :over', "),
    uses('now) } }),\n', "now) }, ':over': { S: 'used' } }),\n"),
  ],
  'that gives all clients the first end and address': [
    uses('.find(({ redemptionId }) => redemptionId === receipt?.redemptionId)', '.at(0)'),
  ],
  'that shows a client its use of a revoked link': [uses("if (link.state === 'revoked') return link")],
  'that does not give a try back': [uses(', #tries = #tries - if_not_exists(#uses.#use.#back, :one)')],
  'that gives a try back at each repeat': [uses('if_not_exists(#uses.#use.#back, :one)', ':one')],
  'that gives no use of a link with a passphrase a try back': [
    uses('return passphraseHash === undefined ? takeOrRepeat : takeAndReturnTry', 'return takeOrRepeat'),
  ],
  'that tells of a locked link whether a client has a use': [
    table('isLocked(link) ? link : seen(link, redemption)', 'seen(link, redemption)'),
  ],
  'that counts who has a use': [uses("${isOther ? ' AND attribute_not_exists(#uses.#use)' : ''}")],
  'that counts at a link that is used up': [uses("isRefused ? '>=' : '<'", "isRefused ? '>=' : '<='")],
  'that counts refused uses of a link that has some left': [uses("isRefused ? '>=' : '<'", "isRefused ? '<=' : '<'")],
  'that takes a use in place of a repeat': [uses('if (repeatOnly) return repeatUse')],
  'that creates an item or a map': [
    {
      file: 'shared/redemption/writes.ts',
      find: "].join(' AND ')",
      replace: "].join(' AND ') + (condition.includes('#uses') ? ' OR attribute_not_exists(#uses)' : '')",
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
