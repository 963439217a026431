import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, describe, expect, test } from 'vitest'
import {
  allowAll,
  evaluate,
  missingIamSimulate,
  needsResource,
  type PolicyDocument,
} from '../../support/iam/evaluate.ts'

const account = '111122223333'
const text = readFileSync(join(import.meta.dirname, '../../../docs/review.md'), 'utf8')
const [organisation, breakGlass] = [...text.matchAll(/^```json\n(.+?)^```$/gms)].map(
  ([, json = '']) => JSON.parse(json) as PolicyDocument,
)
assert(organisation && breakGlass)

const table = `arn:aws:dynamodb:us-east-1:${account}:table/once-links`
const secret = `arn:aws:secretsmanager:us-east-1:${account}:secret:once-keys-AbCdEf`
const role = `arn:aws:iam::${account}:role/once-edge`
const keysFunction = (purpose: string) => `arn:aws:lambda:us-east-1:${account}:function:once-keys-${purpose}`
const resources = { dynamodb: table, iam: role, lambda: keysFunction('rotate'), secretsmanager: secret }

/** Returns the decision on an action of a role that has `policy`, below the policy of the organisation. */
const decide = async (roleName: string, policy: PolicyDocument, [action, resource]: readonly [string, string]) =>
  evaluate({
    principal: `arn:aws:sts::${account}:assumed-role/${roleName}/session`,
    action,
    resource,
    account,
    identityPolicies: [{ name: roleName, policy }],
    servicePolicy: organisation,
    context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/${roleName}` },
  })

describe.skipIf(missingIamSimulate !== undefined)('the policies of docs/review.md', () => {
  const actions = organisation.Statement.flatMap(({ Action }) => Action ?? [])
  const denied = actions.map((action): [string, string] => [
    action,
    resources[action.split(':')[0] as keyof typeof resources],
  ])

  test.each(denied)('let only the deployment %s', async (...question) => {
    expect(await needsResource(question[0])).toBe(true)
    expect(await decide('admin', allowAll, question)).toBe('ExplicitlyDenied')
    for (const name of ['once-edge', `cdk-hnb659fds-cfn-exec-role-${account}-us-east-1`, 'OPERATORS'])
      expect(await decide(name, allowAll, question), name).toBe('Allowed')
  })

  const allowed: [string, string][] = [
    ['lambda:InvokeFunction', keysFunction('invalidate-links')],
    ['lambda:InvokeFunction', keysFunction('rotate')],
    ['secretsmanager:RotateSecret', secret],
    [
      'execute-api:Invoke',
      `arn:aws:execute-api:us-east-1:${account}:abcdefghij/v1/DELETE/links/AAAAAAAAAAAAAAAAAAAAAA`,
    ],
  ]
  test.each(allowed)('let the break-glass role %s on %s', async (...question) => {
    expect(await decide('break-glass', breakGlass, question)).toBe('Allowed')
  })

  test.each([
    ['secretsmanager:GetSecretValue', secret],
    ['lambda:InvokeFunction', keysFunction('create')],
    ['dynamodb:PutItem', table],
    ['execute-api:Invoke', `arn:aws:execute-api:us-east-1:${account}:abcdefghij/v1/POST/links`],
  ] as [string, string][])('do not let it %s on %s', async (...question) => {
    expect(await decide('break-glass', breakGlass, question)).not.toBe('Allowed')
  })
})
