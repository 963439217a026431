import { expect, test } from 'vitest'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import operator from '../../../infra/policies/operator.json' with { type: 'json' }
import { regions } from '../../../shared/regions.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { printedPolicies } from '../../support/iam/printed.ts'

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

interface Statement {
  readonly Sid: string
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: object
}

const statementsIn = (text: string) =>
  printedPolicies(text).flatMap(({ Statement }) => Statement) as unknown as readonly Statement[]

/** Returns each action with each of its resources and the condition, as lines. */
const rightsIn = (statements: readonly Statement[]) =>
  statements.flatMap(({ Action, Resource, Condition = {} }) =>
    Action.flatMap(action => Resource.map(resource => `${action} ${resource} ${JSON.stringify(Condition)}`)),
  )

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
  expect(said).not.toContain('${')
})

/** The deployment with the longest policies: its APIs, and the options of their command. */
const longest = {
  apis: Object.fromEntries(regions.map(region => [region, ['abcdefghij']])),
  options: [
    'name=once-0123456789a',
    'encryption=customer',
    `homeRegions=${regions.join()}`,
    `apiRegions=${regions.join()}`,
  ].flatMap(each => ['-c', each]),
}

test.each([
  // The limits of IAM: of a managed policy, and of all inline policies of a role together, without white space.
  ['issuer', 6144],
  ['issuer --upload', 6144],
  ['auditor', 6144],
  ['operator', 6144],
  ['deploy-role', 10_240],
  ['teardown-role', 10_240],
])('IAM accepts every policy of the longest once policy %s', async (kind, limit) => {
  const { said } = await policy(longest.apis, ...kind.split(' '), ...longest.options)
  const lengths = printedPolicies(said).map(each => JSON.stringify(each).length)
  expect(lengths.length).toBeGreaterThan(0)
  expect(Math.max(...lengths), `${kind}: ${lengths.join(', ')}`).toBeLessThanOrEqual(limit)
})

test('a policy that is too long for IAM is several, which together allow the same, and a role gets all', async () => {
  const { said, statements } = await policy(longest.apis, 'operator', ...longest.options)
  const filled = JSON.stringify(operator.Statement).replaceAll('${Account}', account)
  const whole = JSON.parse(filled.replaceAll('${Name}', 'once-0123456789a')) as readonly Statement[]
  expect(rightsIn(statements)).toEqual(rightsIn(whole))
  const { Resources } = JSON.parse(said) as {
    Resources: Readonly<Record<string, { Type: string; Properties: object }>>
  }
  for (const { Type, Properties } of Object.values(Resources)) {
    expect(Type).toBe('AWS::IAM::ManagedPolicy')
    const roles = { 'Fn::If': ['HasRole', [{ Ref: 'Role' }], { Ref: 'AWS::NoValue' }] }
    expect(Properties).toEqual({ PolicyDocument: expect.anything() as object, Roles: roles })
  }
  const issuer = await policy(longest.apis, 'issuer', '--upload', ...longest.options)
  const invoked = rightsIn(issuer.statements).filter(right => right.startsWith('execute-api:Invoke'))
  expect(new Set(invoked).size).toBe(regions.length * 8)
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
