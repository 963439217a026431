import assert from 'node:assert/strict'
import { CfnOutput, CfnResource, Stack } from 'aws-cdk-lib'
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import type { IConstruct } from 'constructs'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { type Limit, limits } from '../../../infra/limits.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import { regions } from '../../../shared/regions.ts'
import { everything } from '../../support/infra/combinations.ts'
import { synthesise, type Templates } from '../../support/infra/synthesised.ts'

const issuer = (id: string, verbs: readonly string[], prefixes: readonly string[]) => ({
  id,
  principal: `arn:aws:iam::999922223333:role/${id}`,
  verbs,
  prefixes,
})

/** Five roles, each with 20 prefixes of 24 characters, that may do all; or of which two may only ask, elsewhere. */
const fiveRoles = (isMixed: boolean) =>
  Array.from({ length: 5 }, (_, role) => {
    const isAsker = isMixed && role > 2
    const prefixes = Array.from({ length: 20 }, (__, index) => {
      const letter = String.fromCodePoint(97 + ((role * 7 + index) % 26))
      return `${letter}${isAsker ? 'sked-for' : 'ent-file'}-${role}-${String(index).padStart(2, '0')}-folder-/`
    })
    return issuer(`desk-${role}`, isAsker ? ['issue', 'ask'] : ['issue', 'upload', 'ask'], prefixes)
  })

/** The settings with the largest templates: every Region, and every option that adds resources. */
const largest = {
  ...everything,
  name: 'once-0123456789a',
  homeRegions: regions,
  apiRegions: regions,
  ipv6: true,
  deliveryProof: true,
  endpoints: Array.from({ length: 20 }, (_, index) => ({
    id: `endpoint-${index}`,
    url: `https://hooks.example.com/${index}`,
    secretName: `webhooks/${index}`,
  })),
  sendPage: { clientId: 'page', domainName: 'send.example.com' },
}

/** Links take files, which one Region of the API can do. */
const asking = { ...largest, apiRegions: ['us-east-1'], uploadLinks: true }

/** An origin of 69 characters. */
const origin = (index: number) => `https://${'o'.repeat(45)}${String(index).padStart(3, '0')}.example.com`
const tagged = (count: number) => ({
  tags: Object.fromEntries(Array.from({ length: count }, (_, n) => [`tag-${n}`, 'x'])),
})
const rsaKeys = (count: number) => ({
  ...everything.auth,
  jwks: {
    keys: Array.from({ length: count }, (_, n) => ({ kty: 'RSA', kid: `${n}`, e: 'AQAB', n: 'x'.repeat(512) })),
  },
})
/** Roles of another account, each with other verbs: so their statements can't be merged. */
const foreignRoles = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const verbs = ['read', 'revoke', 'exchange', 'upload', 'admin'].filter((__, at) => ((n + 1) >> at) % 2 === 1)
    return issuer(`r${n}`, ['issue', ...verbs], ['x/'])
  })

/** What settings come to at most, in combination, and who deploys. */
const corners: readonly (readonly [settings: object, deployer: 'once' | 'cdk' | 'templates'])[] = [
  [largest, 'once'],
  [largest, 'cdk'],
  [largest, 'templates'],
  [{ ...asking, issuers: fiveRoles(false) }, 'cdk'],
  [{ ...asking, issuers: fiveRoles(true), ...tagged(3) }, 'cdk'],
  [{ homeRegions: ['us-east-1'], account: '111122223333', issuers: foreignRoles(28), ...tagged(50) }, 'cdk'],
  [
    {
      homeRegions: ['us-east-1'],
      auth: rsaKeys(4),
      sendPage: { clientId: 'page', origins: Array.from({ length: 18 }, (_, n) => origin(n)) },
    },
    'cdk',
  ],
]

test('the largest deployments fit, and docs/deploy.md says how large they are', () => {
  const most = new Map<string, number>()
  for (const [settings, deployer] of corners) {
    const { templates, remove } = synthesise(settings, { validated: false, deployer })
    onTestFinished(remove)
    for (const [id, limit] of Object.entries(limits)) {
      const amount = Math.max(...amountsIn(templates, limit))
      expect(amount, id).toBeLessThanOrEqual(limit.most)
      most.set(id, Math.max(most.get(id) ?? 0, amount))
    }
  }
  const number = (value: number) => value.toLocaleString('en-US')
  const rows = Object.entries<Limit>(limits).map(
    ([id, { what, most: limit, unit, settings }]) =>
      `| \`${id}\`: ${what} | ${number(limit)} ${unit} | ${number(most.get(id) ?? 0)} | ${settings} |`,
  )
  const file = new URL('../../../docs/deploy.md', import.meta.url)
  const text = readFileSync(file, 'utf8')
  const [before = '', after = ''] = text.split(/(?<=\n\| limit [^\n]*\n\| -[^\n]*\n)(?:\|[^\n]*\n)*/)
  const written = before + rows.map(row => `${row}\n`).join('') + after
  if (process.env['UPDATE_LIMITS'] === '1') writeFileSync(file, written)
  else expect(text).toBe(written)
})

function amountsIn(templates: Templates, { measure }: Limit): readonly number[] {
  return Object.values(templates).flatMap(template => [
    0,
    ...measure(template as never, new Set(Object.keys(template.Resources)), 0).values(),
  ])
}

const small = { homeRegions: ['us-east-1'] }
const wide = (length: number, verbs: readonly string[]) => [
  issuer(
    'desk',
    verbs,
    ['a', 'b'].map(start => `${start}${'$'.repeat(length)}/`),
  ),
]

test.each<[keyof typeof limits, object, ((once: OnceAtEdge) => unknown)?]>([
  ['template-size', largest, addLongResource],
  [
    'template-resources',
    { ...largest, issuers: [issuer('desk', ['issue', 'upload'], [''])] },
    once => addResources(once, 60),
  ],
  ['template-outputs', small, once => addOutputs(once, 200)],
  ['call-answer', small, addCall],
  ['role-policies', { ...small, homeRegions: regions, issuers: wide(900, ['issue', 'upload']) }],
  ['bucket-policy', { ...small, scan: 'guardduty', issuers: wide(900, ['issue', 'upload']) }],
  ['api-policy', small, widenPolicy],
  ['function-variables', { ...small, auth: rsaKeys(8) }],
  [
    'content-security-policy',
    {
      ...small,
      auth: everything.auth,
      sendPage: { clientId: 'page', origins: Array.from({ length: 26 }, (_, n) => origin(n)) },
    },
  ],
  ['tags', { ...small, ...tagged(51) }],
])('%s: more is refused, with the settings, the amount and what to do', (id, settings, act) => {
  const { most, unit, settings: drivers, remedy } = limits[id]
  const refused = new RegExp(
    `once-at-edge:${id}: .* by ${drivers.replaceAll('.', '\\.')}; got \\d+ ${unit}; allowed: ${most} ${unit} .*${remedy.slice(0, 12)}`,
  )
  expect(() =>
    synthesise(settings, { validated: false, deployer: 'cdk', ...(act && { also: app => act(onceIn(app)) }) }),
  ).toThrow(refused)
})

function onceIn(app: IConstruct): OnceAtEdge {
  const found = app.node.findAll().find(each => each instanceof OnceAtEdge)
  assert(found)
  return found
}

function addResources(once: OnceAtEdge, count: number): void {
  const type = 'AWS::SNS::Topic'
  for (let index = 0; index < count; index += 1) new CfnResource(Stack.of(once), `Topic${index}`, { type })
}

/** Many Regions leave no room for what else is in the stack. */
function addLongResource(once: OnceAtEdge): void {
  new CfnResource(Stack.of(once), 'Long', { type: 'AWS::SNS::Topic', properties: { DisplayName: 'x'.repeat(350_000) } })
}

function widenPolicy({ parts: { nearestApi } }: OnceAtEdge): void {
  const ids = Array.from({ length: 300 }, (_, index) => new AccountPrincipal(`${100_000_000_000 + index}`))
  const statement = new PolicyStatement({ principals: ids, actions: ['execute-api:Invoke'], resources: ['*'] })
  nearestApi.gateway.api.addToResourcePolicy(statement)
}

function addOutputs(once: OnceAtEdge, count: number): void {
  for (let index = 0; index < count; index += 1) new CfnOutput(Stack.of(once), `Output${index}`, { value: 'x' })
}

/** As a call of the construct would be that says no paths. */
function addCall(once: OnceAtEdge): void {
  const physicalResourceId = PhysicalResourceId.of('call')
  const onUpdate = { service: 'DynamoDB', action: 'DescribeTable', parameters: { TableName: 'x' }, physicalResourceId }
  const policy = AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] })
  new AwsCustomResource(once, 'Call', { onUpdate, policy, installLatestAwsSdk: false })
}
