import { needsResource, type PolicyDocument, type Question, type Statement } from './evaluate.ts'

/** Policies of a role, as IAM has them. */
export type Policies = Question['identityPolicies']

/** One action on one resource, which a statement of a role allows. */
export interface Permission {
  readonly action: string
  readonly resource: string
  readonly condition: Statement['Condition'] | undefined
}

const isOfAws = (name: string) => name.startsWith('arn:aws:iam::aws:policy/')

/** Returns the policies of a role that AWS wrote. */
export const policiesOfAws = (policies: Policies): Policies => policies.filter(({ name }) => isOfAws(name))

/**
 * Returns each permission that policies give, without those of policies that AWS wrote. Throws at what this can't split: denials,
 * NotAction and NotResource.
 */
export function permissionsOf(policies: Policies): readonly Permission[] {
  const statements = policies.filter(({ name }) => !isOfAws(name)).flatMap(({ policy }) => policy.Statement)
  return statements.flatMap(({ Effect, Action, Resource, Condition: condition }) => {
    if (Effect !== 'Allow' || Action === undefined || Resource === undefined) {
      throw new Error(`a statement of a role is not an Allow with Action and Resource: ${String(Action)}`)
    }
    return [Action].flat().flatMap(action => [Resource].flat().map(resource => ({ action, resource, condition })))
  })
}

/** Returns a document that gives these permissions. */
export function documentOf(permissions: readonly Permission[]): PolicyDocument {
  const Statement = permissions.map(({ action, resource, condition }): Statement => {
    const one = { Effect: 'Allow' as const, Action: action, Resource: resource }
    return condition === undefined ? one : { ...one, Condition: condition }
  })
  return { Version: '2012-10-17', Statement }
}

/** Returns a permission as one line. */
export function textOf({ action, resource, condition }: Permission): string {
  return `${action} on ${resource}${condition === undefined ? '' : ` if ${JSON.stringify(condition)}`}`
}

/**
 * Returns why a permission allows more than calls can show, or undefined: its action has a wildcard, or its resource has one
 * elsewhere than after the name of a resource, as the objects of a bucket, perhaps with one extension, or the streams of a log group.
 */
export async function widthOf({ action, resource }: Permission): Promise<string | undefined> {
  if (/[*?]/.test(action)) return 'has a wildcard in its action'
  if (resource === '*') return (await needsResource(action)) ? 'has all resources' : undefined
  if (!/[*?]/.test(resource)) return undefined
  const within = /^(arn:aws:s3:::[^:*?/]+\/\*(\.\w+)?|arn:[^*?:]+:[^*?:]+:[^*?:]*:[^*?:]*:[^*?:/]+[:/][^*?]+[:/]\*)$/
  return within.test(resource) ? undefined : 'has a wildcard in its resource'
}
