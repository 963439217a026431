import type { Patch } from '../../support/broken/copy.ts'
import type { promises } from './verdict.ts'

/** How to remove a guard of several uses from the real code, and the promise that breaks. */
export interface UsesRemoval {
  readonly name: string
  readonly breaks: keyof typeof promises
  readonly patches: readonly Patch[]
}

const uses = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/several-uses.ts', find, replace })
const ownUse = '.find(({ redemptionId }) => redemptionId === receipt?.redemptionId)'

/** Every guard of several uses; without any, a promise breaks. */
export const usesRemovals: readonly UsesRemoval[] = [
  {
    name: 'counter-instead-of-map',
    breaks: 'all its uses',
    patches: [
      uses("return { '#use': receipt.redemptionId }", "return { '#use': receipt.redemptionId + Math.random() }"),
      uses(ownUse, ".findLast(({ redemptionId }) => redemptionId.startsWith(receipt?.redemptionId ?? '-'))"),
    ],
  },
  {
    name: 'no-size',
    breaks: 'so many clients',
    patches: [uses('OR size(#uses) < #maxUses)', 'OR attribute_exists(#uses))')],
  },
  { name: 'first-end', breaks: 'its own end', patches: [uses(ownUse, `${ownUse} && uses[0]`)] },
  {
    name: 'no-parentheses',
    breaks: 'a repeat when revoked',
    patches: [
      uses(
        '(attribute_exists(#uses.#use) OR size(#uses) < #maxUses)',
        'attribute_exists(#uses.#use) OR size(#uses) < #maxUses',
      ),
    ],
  },
  {
    name: 'tries-not-returned',
    breaks: 'tries returned',
    patches: [uses(', #tries = #tries - if_not_exists(#uses.#use.#back, :one)')],
  },
  {
    name: 'tries-returned-twice',
    breaks: 'tries returned',
    patches: [uses('if_not_exists(#uses.#use.#back, :one)', ':one')],
  },
  {
    name: 'hash-of-a-repeat',
    breaks: 'limit',
    patches: [{ file: 'edge/redeem/redeemer.ts', find: 'target.several && client !== undefined', replace: 'false' }],
  },
  {
    name: 'use-of-a-revoked-link',
    breaks: 'a repeat when revoked',
    patches: [
      uses('bindable, live, rightPassphrase', 'bindable, rightPassphrase'),
      uses("if (link.state === 'revoked') return link\n"),
    ],
  },
]
