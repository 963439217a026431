import type { Permission } from './permissions.ts'

/** A permission that a deployment's life does not use, or that is wider than its calls, and why it is right nevertheless. */
export interface Explanation {
  /** What the name of the role contains. */
  readonly role: RegExp
  readonly action: RegExp
  readonly resource?: RegExp
  readonly why: string
}

/** All of them. An explanation of a permission that is used fails the measurement. */
export const explanations: readonly Explanation[] = []

/** Returns the explanation of a role's permission. */
export function explanationOf(role: string, { action, resource }: Permission): Explanation | undefined {
  return explanations.find(
    each => each.role.test(role) && each.action.test(action) && (each.resource?.test(resource) ?? true),
  )
}
