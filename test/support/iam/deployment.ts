import {
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam'
import type { Settings } from '../../../infra/settings.ts'
import type { RecordedCall } from './decisions.ts'
import { measureDenials } from './denials.ts'
import type { PolicyDocument } from './evaluate.ts'
import { explanationsFor } from './explained.ts'
import { measureRole, type Role, type RoleMeasurement, unnoticedAdditions } from './replay.ts'

/** What the recorded calls of a deployment say of all its roles. */
export interface DeploymentMeasurement {
  readonly roles: readonly RoleMeasurement[]
  /** Distinct actions on distinct resources, of roles and of services that invoke functions. */
  readonly kindsOfCalls: number
  /** Permissions that were removed, those that were added, and denials of tables with their exceptions, each alone. */
  readonly tried: { readonly removed: number; readonly added: number; readonly denied: number }
  /** What is wrong, a sentence each. */
  readonly findings: readonly string[]
}

/**
 * Reads every role of the account, but those of `cdk bootstrap` and of services. Throws if a policy of ours is attached, rather than
 * part of a role: the templates have none.
 */
export async function deployedRoles(settings: Pick<Settings, 'mode' | 'signer'>): Promise<readonly Role[]> {
  const client = new IAMClient({ region: 'us-east-1' })
  const explanations = explanationsFor(settings)
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
 * Measures every role by the calls of a deployment's whole life. Then it gives each role permissions too many, each alone, and
 * checks that the measurement notices.
 */
export async function measureDeployment(
  roles: readonly Role[],
  calls: readonly RecordedCall[],
): Promise<DeploymentMeasurement> {
  const measured: RoleMeasurement[] = []
  const unnoticed: string[] = []
  let added = 0
  for (const role of roles) {
    measured.push(await measureRole(role, calls))
    const additions = await unnoticedAdditions(role, calls)
    added += additions.tried
    unnoticed.push(...additions.unnoticed.map(each => `${each} could be added unnoticed`))
  }
  const denials = await measureDenials(calls)
  const refused = calls.flatMap(({ principal, action, resource, refused: why }) =>
    why === undefined || principal.includes(':assumed-role/') ? [] : [`${principal}: ${action} on ${resource}: ${why}`],
  )
  return {
    roles: measured,
    kindsOfCalls: new Set(calls.map(({ principal, action, resource }) => `${principal} ${action} ${resource}`)).size,
    tried: { removed: measured.reduce((sum, { permissions }) => sum + permissions, 0), added, denied: denials.tried },
    findings: [...measured.flatMap(({ findings }) => findings), ...refused, ...unnoticed, ...denials.findings],
  }
}

/** Returns a table of the measurement, a line for each role. */
export function tableOf({ roles, kindsOfCalls, tried }: DeploymentMeasurement): string {
  const row = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(48).slice(0, 48) : String(cell).padStart(12)))
      .join('')
  const rows = roles.map(({ role, kindsOfCalls: kinds, permissions, explained, findings }) =>
    row([role, kinds, permissions, explained, findings.length]),
  )
  const total = `${kindsOfCalls} kinds of calls; ${tried.removed} permissions removed and ${tried.added} added, each alone; ${tried.denied} denials of tables`
  return [row(['role', 'calls', 'permissions', 'explained', 'findings']), ...rows, total].join('\n')
}
