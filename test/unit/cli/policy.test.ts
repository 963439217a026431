import { expect, test } from 'vitest'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { onceHere } from '../../support/cli/once-here.ts'

const account = '111122223333'

/** Prints a policy in an account whose APIs have these ids, by Region. */
async function policy(apis: Readonly<Record<string, readonly string[]>>, ...args: readonly string[]) {
  const aws = {
    account: async () => account,
    restApis: { named: async (_: string, region: string) => (apis[region] ?? []).map(id => ({ id })) },
  } as unknown as DeploymentPorts['aws']
  const { code, said, noted } = await onceHere(['policy', ...args], { aws })
  return { code, noted, said, statements: said === '' ? [] : statementsIn(said) }
}

const statementsIn = (text: string) =>
  (JSON.parse(text) as { Statement: { Sid: string; Resource: string[]; Condition?: object }[] }).Statement

const two = ['-c', 'homeRegions=eu-west-1,us-east-1', '-c', 'apiRegions=eu-west-1,us-east-1']

test('a policy of an issuer names the APIs of all Regions, and neither a bucket nor a key; it has no placeholder left', async () => {
  const { said, statements } = await policy(
    { 'eu-west-1': ['aaa'], 'us-east-1': ['bbb'] },
    'issuer',
    '--upload',
    ...two,
  )
  expect(said).not.toContain('$')
  const methods = (...all: readonly string[]) =>
    all.flatMap(method => [
      `arn:aws:execute-api:eu-west-1:${account}:aaa/v1/${method}`,
      `arn:aws:execute-api:us-east-1:${account}:bbb/v1/${method}`,
    ])
  const resources = Object.fromEntries(statements.map(({ Sid, Resource }) => [Sid, Resource]))
  expect(resources['IssueShowAndRevoke']).toEqual(
    methods('POST/links', 'POST/links/batch', 'POST/links/*/replace', 'GET/links/*', 'DELETE/links/*'),
  )
  expect(resources['UploadFiles']).toEqual(methods('POST/uploads', 'POST/uploads/*', 'DELETE/uploads/*'))
  expect(said).not.toMatch(/s3:|kms:/)
})

test('a policy of an issuer has no route of uploads, unless it is asked for', async () => {
  const { said, statements } = await policy({ 'us-east-1': ['bbb'] }, 'issuer', '-c', 'homeRegions=us-east-1')
  expect(statements.map(({ Sid }) => Sid)).toEqual(['IssueShowAndRevoke', 'FindTheApi'])
  expect(said).not.toContain('uploads')
})

test('only with keys of the customer an operator may use keys', async () => {
  const idsOf = async (...more: string[]) =>
    (await policy({}, 'operator', ...two, ...more)).statements.map(({ Sid }) => Sid)
  expect(await idsOf()).not.toContain('UseKeysOfFiles')
  expect(await idsOf('-c', 'encryption=customer')).toContain('UseKeysOfFiles')
})

test('a policy of an operator needs no API, so it can be made before the first deployment', async () => {
  const { code, said } = await policy({}, 'operator', '-c', 'name=two')
  expect(code).toBe(0)
  expect(said).toContain(`arn:aws:dynamodb:*:${account}:table/two-links`)
  expect(said).not.toContain('$')
})

test.each(['deploy', 'teardown'])(
  'the role of a workflow that runs once %s has its policy in it, and parameters for what the settings do not say',
  async command => {
    const { said } = await policy({}, `${command}-role`, '-c', 'name=two')
    expect(said).toContain(`Runs once ${command} for two from`)
    expect(said).toContain(`arn:aws:dynamodb:*:${account}:table/two-links`)
    expect([...said.matchAll(/\$\{\w+\}/g)].map(String)).toEqual([
      '${Repository}',
      '${Environment}',
      '${Repository}',
      '${Environment}',
    ])
  },
)

test.each([
  [[], 'got nothing, allowed: issuer, auditor, operator, deploy-role, teardown-role'],
  [['admin'], 'policy: got "admin", allowed: issuer, auditor, operator, deploy-role, teardown-role'],
  [['auditor', '--upload'], '--upload: got it with auditor, allowed: with issuer'],
  [['issuer', 'staging'], 'environment: got "staging", allowed: none'],
  [['issuer', '-c', 'account=999999999999'], `account: got ${account}`],
  [['auditor', ...two], 'no API named once in eu-west-1'],
  [['auditor', ...two, '-c', 'apiRegions=us-east-1'], 'several APIs named once in us-east-1'],
])('once policy %j is refused with what is wrong', async (args, message) => {
  const { code, noted, said } = await policy({ 'us-east-1': ['aaa', 'bbb'] }, ...args)
  expect({ code, said, noted }).toEqual({ code: 2, said: '', noted: expect.stringContaining(message) as string })
})
