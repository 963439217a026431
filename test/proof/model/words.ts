import type { Step } from './rule.ts'

/** Describes a step in words, for the reader of a counterexample. */
export function inWords(step: Step): string {
  switch (step.kind) {
    case 'unseen':
      return step.what
    case 'put':
      return `Region ${step.region} executes the Put: ${step.applied ? 'the link exists' : 'it existed already'}`
    case 'issued':
      return 'the issuer gets the link'
    case 'write':
      return `Region ${step.region} executes a write of request ${step.request}: ${ended(step)}`
    case 'read':
      return `Region ${step.region} executes the read of request ${step.request}: ${step.there ? 'there' : 'gone'}`
    case 'perceived':
      return `request ${step.request} perceives ${step.what}`
    case 'answered':
      return `request ${step.request} gets ${step.outcome}`
    case 'died':
      return `the edge of request ${step.request} dies`
    case 'revoke':
      return `Region ${step.region} executes the revoke: ${ended(step)}`
    case 'revoked':
      return `the revoke of ${step.used ? 'a used' : 'an unused'} link is acknowledged`
    case 'expired':
      return 'the link expires'
    case 'purged':
      return `the item is purged at Region ${step.region}`
  }
}

function ended({ applied }: { readonly applied: boolean }): string {
  return applied ? 'done' : 'condition failed'
}
