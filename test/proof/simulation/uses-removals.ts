import type { Patch } from '../../support/broken/copy.ts'
import type { promises } from './verdict.ts'

/** How to remove a guard of several uses from the real code, and the promise that breaks. */
export interface UsesRemoval {
  readonly name: string
  readonly breaks: keyof typeof promises
  readonly patches: readonly Patch[]
}

const uses = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/uses.ts', find, replace })

/** Every guard of several uses; without any, a promise breaks. */
export const usesRemovals: readonly UsesRemoval[] = [
  {
    name: 'counter-instead-of-map',
    breaks: 'all its uses',
    patches: [
      uses("{ '#use': receipt.redemptionId } : {}", "{ '#use': receipt.redemptionId + Math.random() } : {}"),
      uses(
        '.find(({ redemptionId }) => redemptionId === draft?.redemptionId)',
        ".findLast(({ redemptionId }) => redemptionId.startsWith(draft?.redemptionId ?? '-'))",
      ),
    ],
  },
  { name: 'no-size', breaks: 'so many clients', patches: [uses(' AND size(#uses) < #maxUses')] },
  {
    name: 'first-end',
    breaks: 'its own end',
    patches: [
      uses(
        '({ redemptionId }) => redemptionId === draft?.redemptionId)',
        '({ redemptionId }) => redemptionId === draft?.redemptionId) && link.uses?.[0]',
      ),
    ],
  },
  {
    name: 'tries-not-returned',
    breaks: 'tries returned',
    patches: [
      uses(', #tries = #tries - :one', ', #tries = #tries - :zero'),
      uses("':one': { N: '1' } })", "':zero': { N: '0' } })"),
    ],
  },
  {
    name: 'hash-of-a-repeat',
    breaks: 'a repeat with a wrong passphrase',
    patches: [{ file: 'edge/redeem/redeemer.ts', find: 'extended && passphraseHash !== undefined', replace: 'false' }],
  },
  {
    name: 'use-of-a-revoked-link',
    breaks: 'a repeat when revoked',
    patches: [uses("if (link.state === 'revoked') return link\n")],
  },
]
