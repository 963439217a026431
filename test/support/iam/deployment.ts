import {
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam'
import type { RecordedCall } from './decisions.ts'
import type { PolicyDocument } from './evaluate.ts'
import { type Explanation, explanationsFor } from './explained.ts'
import { type Invocable, invocablesIn, measureInvokers, plannedInvocationsIn } from './invokers.ts'
import { measureRole, type Role, roleOf, unnoticedAdditions } from './replay.ts'

/** Who may do what in a deployment. */
export interface Permitted {
  readonly roles: readonly Role[]
  readonly invocables: readonly Invocable[]
  /** What EventBridge and Secrets Manager invoke at their time. */
  readonly planned: readonly RecordedCall[]
}

/** Reads every role of the account, and who may invoke the functions of these Regions. */
export async function permittedIn(
  regions: readonly string[],
  settings: Parameters<typeof explanationsFor>[0],
): Promise<Permitted> {
  const invocables = (await Promise.all(regions.map(invocablesIn))).flat()
  const planned = (await Promise.all(regions.map(async region => plannedInvocationsIn(region, invocables)))).flat()
  return { roles: await deployedRoles(explanationsFor(settings)), invocables, planned }
}

/**
 * Reads every role, but those of `cdk bootstrap` and of services. Throws if a policy of ours is attached, rather than part of a role: the
 * templates have none.
 */
async function deployedRoles(explanations: readonly Explanation[]): Promise<readonly Role[]> {
  const client = new IAMClient({ region: 'us-east-1' })
  const roles: Role[] = []
  for await (const { Roles = [] } of paginateListRoles({ client }, {})) {
    for (const { RoleName: name = '', Path: path = '' } of Roles) {
      if (name.startsWith('cdk-') || path.startsWith('/aws-service-role/')) continue
      await refuseAttached(client, name)
      roles.push({ name, policies: await inlinePolicies(client, name), explanations })
    }
  }
  return roles.toSorted((a, b) => a.name.localeCompare(b.name))
}

async function refuseAttached(client: IAMClient, RoleName: string): Promise<void> {
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName })) {
    const ours = AttachedPolicies.filter(({ PolicyArn = '' }) => !PolicyArn.startsWith('arn:aws:iam::aws:policy/'))
    if (ours.length > 0) throw new Error(`${RoleName} has ${ours[0]?.PolicyArn}, which is not measured`)
  }
}

async function inlinePolicies(client: IAMClient, RoleName: string): Promise<Role['policies']> {
  const policies: Role['policies'][number][] = []
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = '' } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }))
      policies.push({ name: PolicyName, policy: JSON.parse(decodeURIComponent(PolicyDocument)) as PolicyDocument })
    }
  }
  return policies
}

/**
 * Measures every role, and who may invoke functions, by the calls of a deployment's whole life. Then it gives each role permissions too
 * many, each alone, and checks that the measurement notices. Returns what is wrong, a sentence each.
 */
export async function measureDeployment(
  { roles, invocables, planned }: Permitted,
  recorded: readonly RecordedCall[],
): Promise<readonly string[]> {
  const calls = [...recorded, ...planned]
  const found: string[] = []
  const unnoticed: string[] = []
  for (const role of roles) {
    found.push(...(await measureRole(role, calls)))
    const additions = await unnoticedAdditions(role, calls)
    unnoticed.push(...additions.map(each => `${each} could be added unnoticed`))
  }
  const invokers = await measureInvokers(invocables, calls)
  const names = new Set<string | undefined>(roles.map(({ name }) => name))
  const refused = calls
    .filter(call => call.refused !== undefined && !names.has(roleOf(call)))
    .map(({ principal, action, resource, refused: why }) => `${principal}: ${action} on ${resource} is refused: ${why}`)
  return [...found, ...new Set(refused), ...unnoticed, ...invokers]
}
