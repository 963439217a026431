import type { RecordedCall } from './decisions.ts'
import { evaluate } from './evaluate.ts'
import { type Explanation, explanationOf } from './explained.ts'
import {
  documentOf,
  type Permission,
  permissionsOf,
  type Policies,
  policiesOfAws,
  textOf,
  widthOf,
} from './permissions.ts'

/** A role that was deployed. */
export interface Role {
  readonly name: string
  readonly policies: Policies
  readonly explanations: readonly Explanation[]
}

/** The name of the role whose session a principal is; undefined for a service. */
export const roleOf = ({ principal }: Pick<RecordedCall, 'principal'>): string | undefined =>
  /:assumed-role\/([^/]+)\//.exec(principal)?.[1]

/** Asks a call's question again, with other policies of its role. */
async function isAllowed(call: RecordedCall, policies: Policies): Promise<boolean> {
  return (await evaluate({ ...call, identityPolicies: policies })) === 'Allowed'
}

/** Whether an action, perhaps with wildcards, may be that of a call. */
const mayConcern = ({ action }: Permission, call: RecordedCall) =>
  /[*?]/.test(action) || action.toLowerCase() === call.action.toLowerCase()

/** Whether a call of `calls` is refused if a role loses one of its permissions. */
async function isNeeded(permission: Permission, role: Role, calls: readonly RecordedCall[]): Promise<boolean> {
  const others = permissionsOf(role.policies).filter(each => textOf(each) !== textOf(permission))
  const rest = [...policiesOfAws(role.policies), { name: 'rest', policy: documentOf(others) }]
  for (const call of calls) {
    if (!mayConcern(permission, call) || (await isAllowed(call, rest))) continue
    if (await isAllowed(call, role.policies)) return true
  }
  return false
}

async function findingOf(permission: Permission, role: Role, calls: readonly RecordedCall[]): Promise<string[]> {
  const isUsed = await isNeeded(permission, role, calls)
  const problem = isUsed ? await widthOf(permission) : 'is used by no call'
  const explanation = explanationOf(role.name, permission, role.explanations)
  const named = `${role.name}: ${textOf(permission)}`
  if (explanation === undefined) return problem === undefined ? [] : [`${named} ${problem}`]
  if (problem !== undefined && isUsed === (explanation.isUsed ?? false)) return []
  return [`${named} is explained ("${explanation.why}"), but ${problem ?? 'calls need it as it is'}`]
}

/**
 * Measures one role by the calls of its sessions: each of its permissions removed alone. Returns what is wrong, a sentence each: refused
 * calls, unused or wide permissions, explanations that nothing needs.
 */
export async function measureRole(role: Role, calls: readonly RecordedCall[]): Promise<readonly string[]> {
  const own = calls.filter(call => roleOf(call) === role.name)
  const refused = own.flatMap(({ action, resource, refused: why }) =>
    why === undefined ? [] : [`${role.name}: ${action} on ${resource} is refused: ${why}`],
  )
  const findings: string[] = []
  for (const permission of permissionsOf(role.policies)) findings.push(...(await findingOf(permission, role, own)))
  return [...new Set(refused), ...findings]
}

/**
 * Adds permissions to a role, each alone, and returns those that the measurement would not notice: for every permission of the role one with
 * every action of its service, one with every resource if AWS knows resources for it, and one of another service.
 */
export async function unnoticedAdditions(role: Role, calls: readonly RecordedCall[]): Promise<readonly string[]> {
  const own = calls.filter(call => roleOf(call) === role.name)
  const permissions = permissionsOf(role.policies)
  const foreign = { action: 's3:DeleteBucket', resource: 'arn:aws:s3:::bucket', condition: undefined }
  const additions = permissions.flatMap((permission): Permission[] => [
    { ...permission, action: permission.action.replace(/:.*/, ':*') },
    ...(permission.resource === '*' ? [] : [{ ...permission, resource: '*' }]),
  ])
  const unnoticed: string[] = []
  for (const addition of [...additions, foreign]) {
    const policy = { name: 'wider', policy: documentOf([...permissions, addition]) }
    const wider = { ...role, policies: [...policiesOfAws(role.policies), policy] }
    if ((await findingOf(addition, wider, own)).length === 0) unnoticed.push(`${role.name}: ${textOf(addition)}`)
  }
  return unnoticed
}
