import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { missingIamSimulate, evaluate, type PolicyDocument } from '../../support/iam/evaluate.ts'
import { printedPolicies } from '../../support/iam/printed.ts'

const root = join(import.meta.dirname, '../../..')
const account = '111122223333'
const api = `arn:aws:execute-api:us-east-1:${account}:abcdefghij/v1/`
const content = `arn:aws:s3:::once-content-${account}-us-east-1-an`

/** Returns the policies that `once policy` prints. */
async function policies(kind: string): Promise<readonly PolicyDocument[]> {
  const restApis = { named: async () => [{ id: 'abcdefghij' }] }
  const aws = { account: async () => account, restApis } as unknown as DeploymentPorts['aws']
  const args = ['policy', ...kind.split(' '), '-c', 'homeRegions=us-east-1', '-c', 'encryption=customer']
  return printedPolicies((await onceHere(args, { aws })).said)
}
const kinds = ['issuer', 'issuer --upload', 'auditor', 'operator'] as const
const printed = new Map<string, readonly PolicyDocument[]>()
beforeAll(async () => {
  for (const kind of kinds) printed.set(kind, await policies(kind))
})

async function may(
  kind: (typeof kinds)[number],
  [action, resource]: readonly [action: string, resource: string],
  context: Readonly<Record<string, string>> = {},
) {
  const principal = `arn:aws:sts::${account}:assumed-role/person/session`
  const identityPolicies = printed.get(kind)!.map((each, index) => ({ name: `person-${index}`, policy: each }))
  // Without a key policy, KMS allows nothing; this is its default.
  const resourcePolicy = action.startsWith('kms:') ? policyOfKey : undefined
  const question = { principal, action, resource, account, context, identityPolicies, resourcePolicy }
  return (await evaluate(question)) === 'Allowed'
}

const policyOfKey: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
}

/** Every operation of the API: its method and its path with an id. */
const operations = Object.entries(
  (JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as { paths: Record<string, object> }).paths,
)
  .filter(([path]) => !path.startsWith('/d/'))
  .flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter(method => /^(get|post|put|patch|delete|head|options)$/.test(method))
      .map(method => `${method.toUpperCase()}${path.replaceAll(/\{[^}]+\}/g, 'A'.repeat(22))}`),
  )
const one = `links/${'A'.repeat(22)}`
const issuing = ['POST/links', 'POST/links/batch', `POST/${one}/replace`, `GET/${one}`, `DELETE/${one}`]
const upload = `uploads/${'A'.repeat(22)}`
const uploading = ['POST/uploads', `POST/${upload}/parts`, `POST/${upload}/complete`, `DELETE/${upload}`]

describe.skipIf(missingIamSimulate !== undefined)('the policies of people', () => {
  test.each<[(typeof kinds)[number], readonly string[]]>([
    ['issuer', issuing],
    ['issuer --upload', [...issuing, ...uploading]],
    ['auditor', ['GET/links', `GET/${one}`]],
  ])('an %s may call these methods of the API, and no other', async (kind, allowed) => {
    const found = []
    for (const operation of operations)
      if (await may(kind, ['execute-api:Invoke', api + operation])) found.push(operation)
    expect(found.toSorted()).toEqual(allowed.toSorted())
    for (const elsewhere of [
      api.replace('abcdefghij', 'anotherapi'),
      api.replace('v1', 'v2'),
      api.replace('us-east-1', 'us-west-2'),
      api.replace(account, '444455556666'),
    ]) {
      for (const operation of operations) {
        expect(await may(kind, ['execute-api:Invoke', elsewhere + operation]), elsewhere + operation).toBe(false)
      }
    }
  })

  test.each([
    ['issuer', ['s3:PutObject', `${content}/report.pdf`], false],
    ['issuer', ['s3:GetObject', `${content}/report.pdf`], false],
    ['issuer', ['s3:DeleteObject', `${content}/report.pdf`], false],
    ['issuer', ['secretsmanager:GetSecretValue', secretOf('once')], false],
    ['issuer', ['dynamodb:GetItem', tableOf('once-links')], false],
    ['auditor', ['dynamodb:DescribeTable', tableOf('once-links')], true],
    ['auditor', ['dynamodb:DescribeTable', tableOf('payroll')], false],
    ['auditor', ['dynamodb:Scan', tableOf('once-links')], false],
    ['auditor', ['secretsmanager:DescribeSecret', secretOf('once')], true],
    ['auditor', ['secretsmanager:GetSecretValue', secretOf('once')], false],
    ['auditor', ['s3:GetObject', `${content}/report.pdf`], false],
    ['auditor', ['s3:GetBucketPolicy', content], true],
    ['operator', ['s3:PutObject', `${content}/once/first-link.txt`], true],
    ['operator', ['s3:PutObject', `${content}/report.pdf`], false],
    ['operator', ['s3:GetObject', `${content}/report.pdf`], false],
    ['operator', ['s3:DeleteObjectVersion', `${content}/report.pdf`], true],
    ['operator', ['s3:DeleteObjectVersion', 'arn:aws:s3:::backups/report.pdf'], false],
    ['operator', ['dynamodb:DeleteTable', tableOf('once-links')], true],
    ['operator', ['dynamodb:DeleteTable', tableOf('payroll')], false],
    ['operator', ['dynamodb:PutItem', tableOf('once-links')], false],
    ['operator', ['dynamodb:PutItem', tableOf('once-links-restored-20261124T120000Z')], true],
    ['operator', ['secretsmanager:DeleteSecret', secretOf('once')], true],
    ['operator', ['secretsmanager:DeleteSecret', secretOf('payroll')], false],
    ['operator', ['secretsmanager:PutSecretValue', secretOf('once')], false],
    ['operator', ['lambda:InvokeFunction', functionOf('once-keys-invalidate-links')], true],
    ['operator', ['lambda:InvokeFunction', functionOf('once-keys-rotate')], false],
    ['operator', ['lambda:InvokeFunction', functionOf('once-links')], false],
    ['operator', ['lambda:UpdateFunctionCode', functionOf('once-links')], false],
    ['operator', ['iam:PassRole', `arn:aws:iam::${account}:role/once-links-us-east-1`], false],
    ['operator', ['sts:AssumeRole', roleOf('cdk-hnb659fds-deploy-role')], true],
    ['operator', ['sts:AssumeRole', roleOf('cdk-hnb659fds-cfn-exec-role')], false],
    ['operator', ['cloudformation:DeleteStack', stackOf('once-us-east-1')], true],
    ['operator', ['cloudformation:DeleteStack', stackOf('payroll')], false],
  ] as const)('whether an %s may do this: %s: %s', async (kind, call, expected) => {
    expect(await may(kind, call)).toBe(expected)
  })

  test('keys are used through the services that hold the data, and only those of the deployment are deleted', async () => {
    const key = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
    const through = { 'kms:ViaService': 's3.us-east-1.amazonaws.com' }
    expect(await may('issuer', ['kms:GenerateDataKey', key], through)).toBe(false)
    expect(await may('operator', ['kms:GenerateDataKey', key], through)).toBe(true)
    expect(await may('operator', ['kms:GenerateDataKey', key])).toBe(false)
    expect(await may('operator', ['kms:Decrypt', key])).toBe(false)
    const ofStack = (name: string) => ({ 'aws:ResourceTag/aws:cloudformation:stack-name': name })
    expect(await may('operator', ['kms:ScheduleKeyDeletion', key], ofStack('once-keys-us-east-1'))).toBe(true)
    expect(await may('operator', ['kms:ScheduleKeyDeletion', key], ofStack('payroll'))).toBe(false)
    expect(await may('operator', ['kms:ScheduleKeyDeletion', key])).toBe(false)
  })
})

function secretOf(name: string): string {
  return `arn:aws:secretsmanager:us-east-1:${account}:secret:${name}-keys-Ab12Cd`
}

function tableOf(name: string): string {
  return `arn:aws:dynamodb:us-east-1:${account}:table/${name}`
}

function functionOf(name: string): string {
  return `arn:aws:lambda:us-east-1:${account}:function:${name}`
}

function stackOf(name: string): string {
  return `arn:aws:cloudformation:us-east-1:${account}:stack/${name}/1234abcd-12ab-34cd-56ef-1234567890ab`
}

function roleOf(prefix: string): string {
  return `arn:aws:iam::${account}:role/${prefix}-${account}-us-east-1`
}
