import { Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { profiles } from '../../../infra/app/profiles.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { evaluate, missingIamSimulate } from '../../support/iam/evaluate.ts'
import { withZones } from '../../support/infra/synthesised.ts'
import { roleArn } from '../../support/api/issuers.ts'
import { emptyApp } from './constructed.ts'
import { statementsOf, textOf, warningsOf } from './stacks.ts'

const uploadActions = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject']

/** Deploys privately, and then grants; returns below which keys the role of uploads may put files, and the endpoint of S3 lets it. */
function uploadsAfter(grant: (once: OnceAtEdge, role: (id: string) => iam.Role) => void) {
  const stack = new Stack(emptyApp(), 'Site', { env: { region: 'us-east-1', account: '111122223333' } })
  const once = new OnceAtEdge(stack, 'Once', {
    network: 'private',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
  })
  once.createDistribution()
  grant(once, id => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }))
  return ['AWS::IAM::Policy', 'AWS::EC2::VPCEndpoint'].map(type => {
    const statements = statementsOf(stack, type).filter(({ Action }) =>
      [Action].flat().includes('s3:AbortMultipartUpload'),
    )
    expect(statements.map(({ Action }) => (Action as string[]).toSorted())).toEqual([uploadActions])
    return statements.flatMap(({ Resource }) => [Resource].flat().map(each => textOf(each).replace(/^.*-an\//, '')))
  })
}

test.each<[string, Parameters<typeof uploadsAfter>[0], readonly string[]]>([
  ['without issuers, below every key', () => undefined, ['*']],
  [
    'with issuers, below the prefixes of those that may upload, spelled so that IAM replaces nothing',
    ({ grants }, role) => {
      grants.upload(role('Reports'), { issuer: 'reports', prefixes: ['reports/', '${a}/'] })
      grants.upload(role('Orders'), { prefixes: ['orders/', 'reports/'] })
      grants.issue(role('Films'), { prefixes: ['films/'] })
      grants.read(role('Reader'), { issuer: 'reports', prefixes: ['secret/'] })
    },
    ['reports/*', '${$}{a}/*', 'orders/*'],
  ],
  [
    'below prefixes with characters that IAM refuses, up to the first of them',
    ({ grants }, role) => grants.upload(role('Desk'), { issuer: 'desk', prefixes: ['über/報告/'] }),
    ['über/*'],
  ],
  [
    'where issuers may not upload, nowhere',
    ({ grants }, role) => {
      grants.issue(role('Reports'), { prefixes: ['reports/'] })
      grants.admin(role('Admin'))
    },
    [''],
  ],
])('the function of uploads may put files, %s', (_, grant, expected) => {
  expect(uploadsAfter(grant)).toEqual([expected, expected])
})

const account = '111122223333'

/** Deploys for a service of Acme, which gets these verbs; with `content`, the files are in Acme's bucket. */
function acmeWith(props: OnceAtEdgeProps, verbs: readonly ('issue' | 'upload')[], content?: { uploads?: boolean }) {
  const stack = new Stack(emptyApp(), 'Acme', { env: { region: 'us-east-1', account } })
  const bucket = new s3.Bucket(stack, 'Files', { bucketName: 'acme', versioned: true })
  const once = new OnceAtEdge(stack, 'Once', { ...props, ...(content && { content: { bucket, ...content } }) })
  once.createDistribution()
  const role = iam.Role.fromRoleArn(stack, 'Service', roleArn('acme'))
  for (const verb of verbs) once.grants[verb](role, { prefixes: ['exports/'] })
  return stack
}

const upload = `uploads/${'A'.repeat(43)}`
const routes = ['POST/uploads', `POST/${upload}/parts`, `POST/${upload}/complete`, `DELETE/${upload}`, 'POST/links']

/** Returns which of these routes IAM lets Acme's role call, by the policies of the template. */
async function routesOf(stack: Stack): Promise<readonly string[]> {
  const arnOf = (value: unknown) =>
    textOf(value)
      .replace('{AWS::Partition}', 'aws')
      .replace(/\{.*\}/, 'api')
  const Statement = statementsOf(stack, 'AWS::IAM::Policy')
    .filter(({ Action }) => Action === 'execute-api:Invoke')
    .map(
      ({ Resource }) =>
        ({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: [Resource].flat().map(arnOf) }) as const,
    )
  const identityPolicies = [{ name: 'acme', policy: { Version: '2012-10-17', Statement } }]
  const question = { principal: roleArn('acme'), action: 'execute-api:Invoke', account, context: {}, identityPolicies }
  const api = `arn:aws:execute-api:us-east-1:${account}:api/v1/`
  const decisions = await Promise.all(routes.map(route => evaluate({ ...question, resource: api + route })))
  return routes.filter((_, index) => decisions[index] === 'Allowed')
}

/** Returns what a template has of uploads: roles, functions, paths, and buckets that browsers may send to. */
function uploadsIn(stack: Stack): readonly string[] {
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> }
  const found = Object.values(Resources).filter(each =>
    /"(RoleName|FunctionName|PathPart)":"(once-(private-)?)?uploads|"CorsConfiguration"/.test(JSON.stringify(each)),
  )
  return found.map(({ Type }) => Type.replace('AWS::', '')).toSorted()
}

const places: Readonly<Record<string, readonly [OnceAtEdgeProps, object?]>> = {
  ...Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, [withZones(profile)]])),
  'an existing bucket': [profiles.starter, {}],
}
const all = ['ApiGateway::Resource', 'IAM::Role', 'Lambda::Function', 'S3::Bucket']

describe.skipIf(missingIamSimulate !== undefined)('an issuer', () => {
  test.each(Object.entries(places))(
    'who may issue, but not upload, reaches no route that replaces a file: %s',
    async (_, [props, content]) => {
      const stack = acmeWith(props, ['issue'], content)
      expect(await routesOf(stack)).toEqual(['POST/links'])
      expect(uploadsIn(stack)).toEqual(content === undefined ? all : [])
    },
  )

  test.each(Object.entries(places))(
    'who may upload does so, also to an existing bucket that says so: %s',
    async (_, place) => {
      const [props, content] = place
      const stack = acmeWith(props, ['issue', 'upload'], content && { uploads: true })
      expect(await routesOf(stack)).toEqual(routes)
      expect(uploadsIn(stack)).toEqual(all)
    },
  )
})

test('a private network lets nothing be written to an existing bucket', () => {
  const stack = acmeWith(withZones(profiles.regulated), ['issue'], {})
  const statements = statementsOf(stack, 'AWS::EC2::VPCEndpoint')
  expect(JSON.stringify(statements)).not.toMatch(/s3:PutObject|s3:Abort/)
})

test('an existing bucket without uploads gets no warning of what uploads leave', () => {
  expect(warningsOf(acmeWith({ alarmEmail: 'ops@example.com' }, ['issue'], {}))).toEqual([])
  const taking = acmeWith({ alarmEmail: 'ops@example.com' }, ['issue'], { uploads: true })
  expect(warningsOf(taking)).toEqual(['content-uploads-kept'])
})

test.each<[string, OnceAtEdgeProps]>([
  ['an issuer', { issuers: [{ principal: roleArn('acme'), verbs: ['upload'] }] }],
  [
    'the page for senders',
    { auth: { issuer: 'https://login.example.com', audience: 'a' }, sendPage: { clientId: 'p' } },
  ],
])('an existing bucket without uploads: %s that needs them is refused', (_, props) => {
  expect(() => acmeWith(props, [], {})).toThrow(/once-at-edge:content-uploads: .*allowed: `content.uploads: true`/)
})

test('an existing bucket without uploads: a grant of upload is refused', () => {
  expect(() => acmeWith({}, ['upload'], {})).toThrow('once-at-edge:content-uploads')
})
