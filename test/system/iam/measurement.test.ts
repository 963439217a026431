import { describe, expect, test } from 'vitest'
import type { RecordedCall } from '../../support/iam/decisions.ts'
import { missingIamSimulate, type Statement } from '../../support/iam/evaluate.ts'
import { measureRole, type Role, unnoticedAdditions } from '../../support/iam/replay.ts'

const table = 'arn:aws:dynamodb:us-east-1:111122223333:table/links'
const log = 'arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

const statements: readonly Statement[] = [
  { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: table },
  { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
  {
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': 'ours' } },
  },
]

const roleWith = (more: readonly Statement[]): Role => ({
  name: 'role',
  policies: [{ name: 'own', policy: { Version: '2012-10-17', Statement: [...statements, ...more] } }],
  explanations: [],
})

function call(action: string, resource: string, context: RecordedCall['context'] = {}): RecordedCall {
  const principal = 'arn:aws:sts::111122223333:assumed-role/role/function'
  const asked = { principal, action, resource, account: '111122223333', context }
  return { ...asked, identityPolicies: [], resourcePolicy: undefined, refused: undefined }
}

const calls = [
  call('dynamodb:GetItem', table),
  call('dynamodb:PutItem', table),
  call('dynamodb:ListStreams', '*'),
  call('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'ours' }),
]

/** Returns what is wrong with a role by these calls, without its name. */
async function findings(role: Role, made: readonly RecordedCall[] = calls): Promise<readonly string[]> {
  const measured = await measureRole(role, made)
  return measured.findings.map(finding => finding.replace('role: ', ''))
}

describe.skipIf(missingIamSimulate !== undefined)('the measurement of a role', () => {
  test('finds nothing if every permission is needed', async () => {
    expect(await findings(roleWith([]))).toEqual([])
  })

  test('finds each permission that no call needs', async () => {
    for (const [index, { action }] of calls.entries()) {
      const found = await findings(roleWith([]), calls.toSpliced(index, 1))
      expect(found).toEqual([expect.stringMatching(`^${action} on .* is used by no call$`)])
    }
  })

  test('finds a permission that another one repeats', async () => {
    const twice = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: [`${table}*`] } as const
    expect(await findings(roleWith([twice]))).toContain(`dynamodb:GetItem on ${table}* is used by no call`)
  })

  test('finds a permission whose condition the calls do not meet', async () => {
    const others = [...calls.slice(0, -1), call('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'theirs' })]
    expect(await findings(roleWith([]), others)).toEqual([expect.stringContaining('is used by no call')])
  })

  test('finds whatever is added, to every permission', async () => {
    expect(await unnoticedAdditions(roleWith([]), calls)).toEqual({ tried: 7, unnoticed: [] })
  })

  test('finds a wildcard in the name of a resource, but not after it', async () => {
    const own = { Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: [`${log}:*`] } as const
    const all = { ...own, Resource: 'arn:aws:logs:*:111122223333:log-group:/aws/lambda/f:*' }
    const made = [...calls, call('logs:PutLogEvents', `${log}:log-stream:a`)]
    expect(await findings(roleWith([own]), made)).toEqual([])
    expect(await findings(roleWith([all]), made)).toEqual([expect.stringContaining('has a wildcard in its resource')])
  })

  test('accepts what an explanation names, and finds an explanation that is not needed', async () => {
    const why = 'rarely used'
    const explained = { role: /^role$/, action: /^dynamodb:GetItem$/, resource: /:table\/links$/, why }
    const role = { ...roleWith([]), explanations: [explained] }
    expect(await findings(role, calls.slice(1))).toEqual([])
    expect(await findings(role)).toEqual([
      `dynamodb:GetItem on ${table} is explained ("${why}"), but calls need it as it is`,
    ])
  })

  test('finds a permission that is explained as wide and has become unused', async () => {
    const why = 'one for all logs'
    const logs = { Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: [`${log}*`] } as const
    const explained = { role: /^role$/, action: /^logs:/, resource: /\/f\*$/, why }
    const made = [...calls, call('logs:PutLogEvents', `${log}:log-stream:a`)]
    const used = { ...roleWith([logs]), explanations: [{ ...explained, isUsed: true as const }] }
    const unused = { ...roleWith([logs]), explanations: [explained] }
    const found = `logs:PutLogEvents on ${log}* is explained ("${why}"), but`
    expect(await findings(used, made)).toEqual([])
    expect(await findings(used)).toEqual([`${found} is used by no call`])
    expect(await findings(unused)).toEqual([])
    expect(await findings(unused, made)).toEqual([`${found} has a wildcard in its resource`])
  })

  test('leaves out what AWS wrote', async () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] } as const
    const role = roleWith([])
    expect(await findings({ ...role, policies: [...role.policies, { name: basic, policy }] })).toEqual([])
  })

  test('reports a call that was refused', async () => {
    const refused = { ...call('dynamodb:DeleteItem', table), refused: 'ImplicitlyDenied' }
    expect(await findings(roleWith([]), [...calls, refused])).toEqual([
      `dynamodb:DeleteItem on ${table} is refused: ImplicitlyDenied`,
    ])
  })
})
