import type { RecordedCall } from './decisions.ts'
import { evaluate, type PolicyDocument, type Question, type Statement } from './evaluate.ts'

/** DynamoDB replicates with a role of its own, which calls no API that is recorded. */
const ofDynamodb = /:role\/aws-service-role\/replication\.dynamodb\.amazonaws\.com\//

/** The policy of one table, as a call met it. */
interface Guard {
  readonly table: string
  readonly account: string
  readonly policy: PolicyDocument
}

/**
 * Tries the policies of tables that recorded calls met: each action that they deny is refused to an administrator, who could do it
 * without them, and each role that they except made a call that they would refuse otherwise. Replicas have one policy, so that the doctor
 * can copy it: a call to any of them counts. Returns what is not so.
 */
export async function measureDenials(calls: readonly RecordedCall[]): Promise<readonly string[]> {
  const findings: string[] = []
  for (const guard of guardsOf(calls)) {
    for (const statement of guard.policy.Statement.filter(({ Effect }) => Effect === 'Deny')) {
      for (const action of [statement.Action ?? []].flat()) {
        if (!(await isDecisive(action, guard))) findings.push(`${guard.table}: the denial of ${action} changes nothing`)
      }
      for (const role of exceptedBy(statement)) {
        const isNeeded = await isExceptionNeeded(role, guard, calls)
        if (!isNeeded) findings.push(`${guard.table}: ${role} is excepted from a denial, but never writes`)
      }
    }
  }
  return findings
}

function guardsOf(calls: readonly RecordedCall[]): readonly Guard[] {
  const guards = calls.flatMap(({ action, resource, account, resourcePolicy: policy }): Guard[] =>
    action.startsWith('dynamodb:') && policy !== undefined
      ? [{ table: resource.split('/').slice(0, 2).join('/'), account, policy }]
      : [],
  )
  return [...new Map(guards.map(guard => [guard.table, guard])).values()]
}

const exceptedBy = ({ Condition }: Statement): readonly string[] =>
  [Condition?.['ArnNotEquals']?.['aws:PrincipalArn'] ?? []].flat().filter(role => !ofDynamodb.test(role))

/** Whether an administrator may do it without the policy, and not with it. */
async function isDecisive(action: string, { table, account, policy }: Guard): Promise<boolean> {
  const role = `arn:aws:iam::${account}:role/administrator`
  const everything: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }
  const question: Question = {
    principal: `arn:aws:sts::${account}:assumed-role/administrator/person`,
    action,
    resource: table,
    account,
    context: { 'aws:PrincipalArn': role, 'aws:PrincipalIsAWSService': 'false' },
    identityPolicies: [{ name: 'everything', policy: everything }],
  }
  const [without, within] = [await evaluate(question), await evaluate({ ...question, resourcePolicy: policy })]
  return without === 'Allowed' && within === 'ExplicitlyDenied'
}

/** Whether a recorded call, to any replica of the table, would be refused if its role were not excepted. */
async function isExceptionNeeded(role: string, { table }: Guard, calls: readonly RecordedCall[]): Promise<boolean> {
  const name = table.split(':').at(-1)
  for (const { resourcePolicy, ...call } of calls) {
    if (call.context['aws:PrincipalArn'] !== role || call.resource.split(':').at(-1) !== name) continue
    const text = JSON.stringify(resourcePolicy ?? null).replaceAll(
      `"${role}"`,
      '"arn:aws:iam::111111111111:role/another"',
    )
    const without = (JSON.parse(text) as PolicyDocument | null) ?? undefined
    if ((await evaluate({ ...call, resourcePolicy: without })) === 'ExplicitlyDenied') return true
  }
  return false
}
