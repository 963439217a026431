import { Stack, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { OnceAtEdgeError } from './errors.ts'

/** The constructs of each app, with their names. */
const known = new WeakMap<object, { readonly name: string; readonly scope: Construct }[]>()

/**
 * Refuses a second construct with the same name in an app, unless both have known accounts that differ: all physical names begin with
 * it.
 */
export function refuseTwins(scope: Construct, name: string): void {
  const others = known.get(scope.node.root) ?? []
  known.set(scope.node.root, [...others, { name, scope }])
  const twin = others.find(other => other.name === name && !areInOtherAccounts(scope, other.scope))
  if (twin === undefined) return
  throw new OnceAtEdgeError('name-in-use', {
    problem: `${twin.scope.node.path} has the name ${name} already, with which all physical names begin`,
    got: `${scope.node.path} with the same name`,
    allowed: 'another `name`, or stacks with different accounts in their `env`',
  })
}

function areInOtherAccounts(one: Construct, other: Construct): boolean {
  const a = Stack.of(one).account
  const b = Stack.of(other).account
  return !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b
}
