import { NestedStack, Stack, Stage, Token } from 'aws-cdk-lib'
import { CfnCertificate } from 'aws-cdk-lib/aws-certificatemanager'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { expect, test } from 'vitest'
import type { ContentProps } from '../../../infra/existing/content-props.ts'
import { functionsContext } from '../../../infra/code/function-code.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { constructIn, emptyApp, stacksOf } from './constructed.ts'

/** Returns the id and the message of what `act` throws. */
function refusalOf(act: () => unknown): { readonly id: unknown; readonly message: string } {
  try {
    act()
  } catch (error) {
    const { id, message } = error as { id?: unknown; message: string }
    return { id, message }
  }
  throw new Error('nothing was refused')
}

const refusalIn = (region: string, props: OnceAtEdgeProps) =>
  refusalOf(() => constructIn(emptyApp(), region, props).createDistribution())

test('a stack whose Region is not known is refused, because the edge must know it', () => {
  const app = emptyApp()
  const { id, message } = refusalOf(() => new OnceAtEdge(new Stack(app, 'Site'), 'Downloads'))
  expect(id).toBe('stack-region')
  expect(message).toMatch(/^once-at-edge:stack-region: .+; got a stack without a Region; allowed: a stack with `env/)
})

test('a stack in a Region that is neither us-east-1 nor the first home Region is refused', () => {
  expect(refusalIn('eu-west-1', { homeRegions: ['eu-central-1', 'eu-west-1'] })).toMatchObject({
    id: 'stack-region',
    message: expect.stringContaining('got a stack in eu-west-1; allowed: a stack in us-east-1 or eu-central-1'),
  })
})

test('a nested stack is refused, because other stacks refer to it', () => {
  const parent = new Stack(emptyApp(), 'Site', { env: { region: 'us-east-1' } })
  expect(refusalOf(() => new OnceAtEdge(new NestedStack(parent, 'Nested'), 'Downloads')).id).toBe('nested-stack')
})

test.each<[string, OnceAtEdgeProps]>([
  ['name', { name: Token.asString({ Ref: 'Name' }) }],
  ['maxLinkSeconds', { maxLinkSeconds: Token.asNumber({ Ref: 'Seconds' }) }],
  ['homeRegions', { homeRegions: [Token.asString({ Ref: 'Region' }) as 'us-east-1'] }],
  ['brand', { brand: { name: Token.asString({ Ref: 'Brand' }), colour: '#0a5f8c' } }],
  ['userRoles', { userRoles: [Token.asString({ Ref: 'Role' })] }],
])('a token as %s is refused, because the code of the edge holds it', (prop, props) => {
  const { id, message } = refusalIn('us-east-1', props)
  expect(id).toBe('token')
  expect(message).toContain(`${prop} must be known when the app is synthesised`)
})

test('an invalid prop is refused with its name, what it got and what is allowed', () => {
  const { id, message } = refusalIn('us-east-1', { mode: 'nearest' as 'home', rotationDays: 1 })
  expect(id).toBe('settings')
  expect(message).toContain(
    'once-at-edge:settings: mode: got "nearest", allowed: "home" or "strong"; rotationDays: got 1',
  )
})

test.each<[string, object, string]>([
  ['content.bucket', { content: { bucket: 'my-files' } }, 'got "my-files", allowed: a bucket of the CDK'],
  ['content.bucket', { content: {} }, 'got nothing, allowed: a bucket of the CDK'],
  ['content.uploads', { content: { uploads: 'yes' } }, 'got "yes", allowed: true or false'],
  ['content.keys', { content: { keys: [] } }, 'got a field that is not known'],
  [
    'certificate',
    { domainName: 'a.example.com', certificate: 'arn:aws:acm:eu-west-1:111122223333:certificate/a' },
    'got "arn:aws:acm:eu-west-1:111122223333:certificate/a", allowed: the ARN of a certificate in us-east-1',
  ],
  ['hostedZone', { hostedZone: 'Z0123' }, 'got "Z0123", allowed: { hostedZoneId, zoneName }, or a hosted zone'],
  ['vpc', { vpc: 'vpc-1', network: 'private' }, 'got "vpc-1", allowed: a VPC of the CDK'],
  ['webAcl', { webAcl: {} }, 'got Object, allowed: the ARN of a web ACL'],
  ['issuers', { issuers: { group: 'staff' } }, 'got Object, allowed: a list of issuers'],
])('a wrong value as %s is refused also where nothing checks types: %o', (prop, props, rest) => {
  const { id, message } = refusalIn('us-east-1', props)
  expect(id).toBe('settings')
  expect(message).toContain(`${prop}: ${rest}`)
})

test('a new private network needs two zones of its Region, which no template chooses', () => {
  const { id, message } = refusalIn('us-east-1', { network: 'private' })
  expect(id).toBe('availability-zones')
  expect(message).toContain('aws ec2 describe-vpc-endpoint-services --region us-east-1')
  for (const availabilityZones of [['us-east-1a'], ['us-east-1a', 'us-east-1a'], ['us-east-1a', 'us-east-2b']]) {
    const refused = refusalIn('us-east-1', { network: 'private', availabilityZones })
    expect(refused.message).toMatch(
      /availabilityZones: got .* allowed: two zones of us-east-1, both by names or both by ids/,
    )
  }
})

test('a bucket in the place of content is refused, with what content is', () => {
  const app = emptyApp()
  const scope = new Stack(app, 'Site', { env: { region: 'us-east-1' } })
  const content = Bucket.fromBucketName(scope, 'Files', 'my-files') as unknown as ContentProps
  expect(refusalOf(() => constructIn(app, 'us-east-1', { scope, content })).message).toContain(
    'content: got a bucket, allowed: { bucket }',
  )
})

test('a second construct with the same name is refused, unless the accounts differ', () => {
  const app = emptyApp()
  constructIn(app, 'us-east-1')
  const { id, message } = refusalOf(() => constructIn(app, 'eu-west-1'))
  expect(id).toBe('name-in-use')
  expect(message).toContain('Site-us-east-1/Downloads has the name once already')

  const inAccount = (stage: string, account: string) => {
    const scope = new Stack(new Stage(app, stage), 'Site', { env: { region: 'us-east-1', account } })
    return constructIn(app, 'us-east-1', { name: 'twin', scope })
  }
  inAccount('Development', '111122223333')
  inAccount('Production', '444455556666')
  expect(refusalOf(() => inAccount('Test', '111122223333')).id).toBe('name-in-use')
})

test('functions that were not built are refused, with the folder and the command', () => {
  const app = emptyApp({ [functionsContext]: '/nowhere' })
  expect(refusalOf(() => constructIn(app, 'us-east-1'))).toMatchObject({
    id: 'functions-missing',
    message: expect.stringMatching(/got \/nowhere\/\w+; allowed: .*npm run construct/),
  })
})

test('an app whose construct has no distribution is not synthesised, and a second distribution is refused', () => {
  const app = emptyApp()
  const once = constructIn(app, 'us-east-1')
  expect(refusalOf(() => stacksOf(app)).message).toContain('once-at-edge:no-distribution:')
  once.createDistribution()
  expect(refusalOf(() => once.createDistribution()).id).toBe('second-distribution')
})

test('in a stack of another Region, access logs are refused, and a domain without its certificate', () => {
  expect(refusalIn('eu-west-1', { accessLogs: true }).id).toBe('access-logs-region')
  const proof = refusalIn('eu-west-1', { deliveryProof: true })
  expect(proof.id).toBe('access-logs-region')
  expect(proof.message).toContain('deliveryProof: true')
  const app = emptyApp()
  const scope = new Stack(app, 'Site', { env: { region: 'eu-west-1' } })
  const zone = { hostedZoneId: 'Z0123', zoneName: 'example.com' }
  const hostedZone = HostedZone.fromHostedZoneAttributes(scope, 'Zone', zone)
  const once = constructIn(app, 'eu-west-1', { domainName: 'files.example.com', hostedZone, scope })
  expect(refusalOf(() => once.createDistribution()).id).toBe('certificate-region')
})

test('a certificate may be one that only the deployment knows', () => {
  const app = emptyApp()
  const stack = new Stack(app, 'Site', { env: { region: 'us-east-1' } })
  const certificate = new CfnCertificate(stack, 'Certificate', { domainName: 'files.example.com' })
  constructIn(app, 'us-east-1', { domainName: 'files.example.com', certificate, scope: stack }).createDistribution()
  expect(JSON.stringify(stacksOf(app)['Site']?.template)).toContain('"AcmCertificateArn":{"Ref":"Certificate"}')
})
