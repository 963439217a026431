import { Stack } from 'aws-cdk-lib'
import { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Setup } from '../../../console/protocol.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { resourcesOf, type Template, type Templates, valueAt } from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp, stacksOf } from './constructed.ts'
import { textOf } from './stacks.ts'

const auth = { issuer: 'https://login.example.com/tenant', audience: 'https://links.example.com' } as const
const sendPage = { clientId: 'once-page', origins: ['https://tokens.example.com'], parameters: { resource: 'links' } }

/** Managed policies of AWS by their ids (CloudFront, "Use managed cache policies", "Use managed origin request policies"). */
const managed = {
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  allViewerExceptHost: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
}

/** Synthesises a deployment in us-east-1 with a distribution of its own; the page is in the stack of the first home Region. */
function templatesWith(props: OnceAtEdgeProps, region = 'us-east-1'): Templates {
  const app = emptyApp()
  constructIn(app, region, props).createDistribution()
  return templatesIn(app)
}

const templatesIn = (app: Parameters<typeof stacksOf>[0]): Templates =>
  Object.fromEntries(Object.entries(stacksOf(app)).map(([name, { template }]) => [name, template as Template]))

const distributionsIn = (templates: Templates) => resourcesOf(templates, 'AWS::CloudFront::Distribution')
const pageIn = (templates: Templates) => distributionsIn(templates).find(({ id }) => id.includes('SendPage'))

/** Returns the calls that make objects, by the key of the object. */
function objectsIn(templates: Templates): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const calls = resourcesOf(templates, 'Custom::AWS').filter(({ id }) => id.includes('SendPage'))
  const made = calls.map(
    ({ Properties }) =>
      JSON.parse(textOf(Properties['Create'])) as { action: string; parameters: Record<string, string> },
  )
  return new Map(made.map(({ action, parameters }) => [parameters['Key'] ?? '', { action, ...parameters }]))
}

function headersIn(templates: Templates, path: string): unknown {
  const policies = resourcesOf(templates, 'AWS::CloudFront::ResponseHeadersPolicy')
  const found = policies.find(({ id }) => id.includes('SendPage'))
  return valueAt(found ?? {}, `Properties.ResponseHeadersPolicyConfig.${path}`)
}

const policyIn = (templates: Templates): string =>
  textOf(headersIn(templates, 'SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy'))

let made: Templates | undefined
const withPage = () => (made ??= templatesWith({ auth, sendPage }))

test('the page has two behaviours at a host of its own, and no error page: files, and the token API without its cache', () => {
  const config = valueAt(pageIn(withPage()) ?? {}, 'Properties.DistributionConfig') as object
  expect(config).toMatchObject({
    DefaultRootObject: 'index.html',
    DefaultCacheBehavior: { AllowedMethods: ['GET', 'HEAD'], CachePolicyId: managed.cachingOptimized },
    CacheBehaviors: [
      {
        PathPattern: '/api/*',
        AllowedMethods: expect.arrayContaining(['POST', 'DELETE']),
        CachePolicyId: managed.cachingDisabled,
        OriginRequestPolicyId: managed.allViewerExceptHost,
      },
    ],
  })
  const api = valueAt(config, 'CacheBehaviors.0') as object
  expect(api).not.toHaveProperty('ResponseHeadersPolicyId')
  expect(JSON.stringify(config)).not.toMatch(/LambdaFunctionAssociations":\[\{|Logging"|ResponsePagePath/)
  // CloudFront caches a 404 of the API for 10 s, for every caller, unless it may not.
  expect(valueAt(config, 'CustomErrorResponses')).toContainEqual({ ErrorCachingMinTTL: 0, ErrorCode: 404 })
  const [, origin] = valueAt(config, 'Origins') as object[]
  // Host and path are parts of the API's address.
  expect(JSON.stringify(origin).match(/"Ref":"\w*TokensGateway\w+"\},"\.execute-api\.us-east-1\./g)).toHaveLength(2)
})

test('the function takes /api off the path, and nothing else', () => {
  const found = resourcesOf(withPage(), 'AWS::CloudFront::Function').find(({ id }) => id.includes('SendPage'))
  const request = { uri: '/api/links/abc', querystring: { own: { value: 'true' } } }
  const code = String(valueAt(found ?? {}, 'Properties.FunctionCode'))
  expect(runInNewContext(`${code};handler(event)`, { event: { request } })).toEqual({ ...request, uri: '/links/abc' })
})

test('its policy allows code of its own only, no frame, and requests to the provider and the bucket of uploads', () => {
  expect(policyIn(withPage())).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https://login.example.com https://tokens.example.com " +
      "https://once-content-{AWS::AccountId}-us-east-1-an.s3.us-east-1.amazonaws.com; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
})

test('a page that opened it keeps no hold of its window', () => {
  expect(headersIn(withPage(), 'CustomHeadersConfig.Items')).toContainEqual({
    Header: 'cross-origin-opener-policy',
    Value: 'same-origin-allow-popups',
    Override: true,
  })
})

test('the page offers what links have by a setting, only with it', () => {
  const setupWith = (settings: object) =>
    JSON.parse(objectsIn(templatesWith({ auth, sendPage, ...settings })).get('console/setup')?.['Body'] ?? '') as object
  expect(setupWith({ reminders: true, fileEnds: true })).toMatchObject({ withSetting: ['remindAt', 'deleteFile'] })
  expect(setupWith({ fileEnds: true })).toMatchObject({ withSetting: ['deleteFile'] })
  const domainName = 'send.example.com'
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1'
  expect(setupWith({ uploadLinks: true, sendPage: { ...sendPage, domainName }, certificateArn })).toMatchObject({
    withSetting: ['upload'],
  })
})

test('S3 copies files with a hash for a year, and pages and setup so that a browser asks each time', () => {
  const objects = objectsIn(withPage())
  expect([...objects].map(([key, { action, CacheControl }]) => [key, action, CacheControl])).toEqual([
    ['console/setup', 'PutObject', 'no-cache'],
    ['console/page-0123456789abcdef.css', 'CopyObject', 'public, max-age=31536000, immutable'],
    ['console/page-fedcba9876543210.js', 'CopyObject', 'public, max-age=31536000, immutable'],
    ['callback.html', 'CopyObject', 'no-cache'],
    ['index.html', 'CopyObject', 'no-cache'],
  ])
  expect(objects.get('index.html')).toMatchObject({
    ContentType: 'text/html; charset=utf-8',
    MetadataDirective: 'REPLACE',
  })
  expect(JSON.parse(objects.get('console/setup')?.['Body'] ?? '')).toEqual({
    api: '/api',
    login: { issuer: auth.issuer, clientId: 'once-page', scope: 'openid', parameters: { resource: 'links' } },
    homeRegions: ['us-east-1'],
  } satisfies Setup)
})

test('the page knows if the token names the sender', () => {
  const objects = objectsIn(templatesWith({ auth: { ...auth, senderClaim: 'name' }, sendPage }))
  const setup = JSON.parse(objects.get('console/setup')?.['Body'] ?? '') as Setup
  expect(setup.login).toMatchObject({ issuer: auth.issuer, isSenderFixed: true })
})

test('nothing else of a deployment changes but the bounds of uploads, and the distribution of links in no byte', () => {
  const without = templatesWith({ auth, uploadBytesPerDay: 50e9 })
  const { 'Site-us-east-1': site } = withPage()
  const rest = Object.entries(site?.Resources ?? {}).filter(([id]) => !id.includes('SendPage') && !/AWS679f/.test(id))
  expect(Object.fromEntries(rest.map(([id, { Type, Properties }]) => [id, { Type, Properties }]))).toEqual(
    Object.fromEntries(
      Object.entries(without['Site-us-east-1']?.Resources ?? {})
        .filter(([id]) => !/AWS679f/.test(id))
        .map(([id, { Type, Properties }]) => [id, { Type, Properties }]),
    ),
  )
})

test('a client and a provider of the same app are filled in at deployment, with the path of the provider in the policy', () => {
  const app = emptyApp()
  const scope = new Stack(app, 'Site', { env: { region: 'us-east-1' } })
  const pool = new UserPool(scope, 'Pool')
  const client = pool.addClient('Page')
  const origins = [pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'acme' } }).baseUrl()]
  const audience = client.userPoolClientId
  const props = { auth: { issuer: pool.userPoolProviderUrl, audience }, sendPage: { clientId: audience, origins } }
  constructIn(app, 'us-east-1', { scope, ...props }).createDistribution()
  const templates = templatesIn(app)
  expect(policyIn(templates)).toMatch(
    /'self' \{Pool\w+\.ProviderURL\}\/ https:\/\/\{\w+\}\.auth\.us-east-1\.amazoncognito\.com /,
  )
  const { login } = JSON.parse(objectsIn(templates).get('console/setup')?.['Body'] ?? '') as Setup
  expect(login).toMatchObject({
    issuer: expect.stringMatching(/^\{Pool.*ProviderURL\}$/),
    clientId: expect.stringMatching(/^\{PoolPage/),
  })
})

test('it is in the stack of the first home Region, and has the web ACL of links, but not that of a plan', () => {
  const firewall = { firewall: 'own', auth, sendPage } as const
  const templates = templatesWith({ ...firewall, homeRegions: ['eu-west-1', 'us-east-1'] })
  expect(pageIn(templates)?.stack).toBe('once-eu-west-1')
  const elsewhere = templatesWith(firewall, 'eu-west-1')
  expect(pageIn(elsewhere)?.stack).toBe('Site-eu-west-1')
  for (const each of [templates, elsewhere])
    expect(textOf(valueAt(pageIn(each) ?? {}, 'Properties.DistributionConfig.WebACLId'))).toMatch(
      /us-east-1\.WebAclArn\}$/,
    )
  const ofPlan = pageIn(templatesWith({ plan: 'pro', auth, sendPage }))
  expect(valueAt(ofPlan ?? {}, 'Properties.DistributionConfig')).not.toHaveProperty('WebACLId')
})

test.each(['Site-us-east-1', 'Other'])(
  'with a distribution of yours in the stack %s, the page is the same, with its host',
  place => {
    const app = emptyApp()
    const once = constructIn(app, place === 'Other' ? 'eu-west-1' : 'us-east-1', {
      auth,
      sendPage: { ...sendPage, domainName: 'send.example.com' },
      certificate: 'arn:aws:acm:us-east-1:111122223333:certificate/a',
      hostedZone: { hostedZoneId: 'Z0123', zoneName: 'example.com' },
    })
    const scope = place === 'Other' ? new Stack(app, 'Other', { env: { region: 'us-east-1' } }) : Stack.of(once)
    const defaultBehavior = { origin: new HttpOrigin('www.example.com') }
    once.addTo(new Distribution(scope, 'Yours', { defaultBehavior, enableIpv6: false }), { prefixes: ['files/'] })
    const templates = templatesIn(app)
    expect(distributionsIn(templates)).toHaveLength(2)
    expect(valueAt(pageIn(templates) ?? {}, 'Properties.DistributionConfig')).toMatchObject({
      Aliases: ['send.example.com'],
      ViewerCertificate: { AcmCertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a' },
    })
    expect(resourcesOf(templates, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties['Name'])).toEqual([
      'send.example.com.',
    ])
  },
)
