import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as s3 from 'aws-cdk-lib/aws-s3'
import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { Annotations, Aws, Stack, Validations } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import type { DistributionConfig } from '../../../infra/add-to/config.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import { secretHeaders } from '../../../shared/secrets/secret-headers.ts'
import { missingNag2, nag2, nagFindings } from '../../support/construct/nag.ts'
import {
  createSite,
  errorsOf,
  type Site,
  siteAccount,
  type SiteOptions,
  templatesOf,
  warningsOf,
} from '../../support/construct/site.ts'
import { resourcesOf, type Templates } from '../../support/infra/synthesised.ts'

const constructPage = new URL('../../../docs/construct.md', import.meta.url)

const configIn = (templates: Templates): DistributionConfig =>
  resourcesOf(templates, 'AWS::CloudFront::Distribution')[0]?.Properties['DistributionConfig'] as DistributionConfig

const prefixesIn = (templates: Templates) =>
  resourcesOf(templates, 'AWS::Lambda::Function').flatMap(
    ({ Properties }) =>
      (Properties['Environment'] as { Variables?: { CONTENT_PREFIXES?: string } })?.Variables?.CONTENT_PREFIXES ?? [],
  )

const patterns = ({ CacheBehaviors = [] }: DistributionConfig) => CacheBehaviors.map(({ PathPattern }) => PathPattern)

describe('addTo', () => {
  test('adds a behaviour of links and one for each folder, and leaves the rest', () => {
    const templates = templatesOf(
      createSite({
        distribution: ({ origin }) => ({ additionalBehaviors: { '/api/*': { origin } } }),
        options: { prefixes: ['reports/', 'reports/2026/', 'exports/'] },
        validated: true,
      }),
    )
    const config = configIn(templates)
    expect(patterns(config)).toEqual(['/api/*', '/d/*', '/reports/*', '/exports/*'])
    const [, links, ...content] = config.CacheBehaviors ?? []
    expect(links).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      LambdaFunctionAssociations: [
        {
          EventType: 'viewer-request',
          LambdaFunctionARN: { Ref: expect.stringContaining('CurrentVersion') },
          IncludeBody: true,
        },
      ],
    })
    expect(links).not.toHaveProperty('TrustedKeyGroups')
    for (const behaviour of content) {
      expect(behaviour).toMatchObject({
        ViewerProtocolPolicy: 'https-only',
        TrustedKeyGroups: [{ 'Fn::GetAtt': [expect.any(String), 'KeyGroupId'] }],
        FunctionAssociations: [{ EventType: 'viewer-request' }],
      })
    }
    expect(resourcesOf(templates, 'AWS::CloudFront::Distribution')).toHaveLength(1)
    expect(config.CustomErrorResponses).toBeUndefined()
  })

  test('reads the version by an output that is named after it, in another Region', () => {
    const templates = templatesOf(createSite({ region: 'eu-west-1', validated: true }))
    const [version] = resourcesOf(templates, 'AWS::Lambda::Version', 'once-us-east-1')
    const output = `EdgeVersion${version?.id.slice(-32)}`
    const links = configIn(templates).CacheBehaviors?.find(({ PathPattern }) => PathPattern === '/d/*')
    expect(links?.LambdaFunctionAssociations?.[0]).toHaveProperty('LambdaFunctionARN', {
      'Fn::GetStackOutput': { StackName: 'once-us-east-1', OutputName: output, Region: 'us-east-1' },
    })
    expect(templates['once-us-east-1']?.Outputs).toMatchObject({ [output]: { Value: { Ref: version?.id } } })
  })

  test('the template of a distribution in another Region changes exactly with the edge function', () => {
    const templates = (edge: string) =>
      templatesOf(createSite({ region: 'eu-west-1', distributionRegion: 'us-west-2', edge }))['front']
    expect(templates('export const handler = 1')).toEqual(templates('export const handler = 1'))
    expect(templates('export const handler = 2')).not.toEqual(templates('export const handler = 1'))
  })

  test('serves the prefixes of issuers, whenever they are added, and issues for no other files', () => {
    const templates = templatesOf(
      createSite({
        options: {},
        before: once => issueFor(once, ['reports/']),
        afterwards: (_, _site, once) => issueFor(once, ['exports/', 'reports/2026/']),
      }),
    )
    expect(patterns(configIn(templates))).toEqual(['/d/*', '/reports/*', '/exports/*'])
    // For links and for uploads.
    expect(new Set(prefixesIn(templates))).toEqual(new Set(['["reports/","exports/"]']))
  })

  test.each([
    ['the first alternate domain name', { distribution: withHost('files.example.com') }, 'https://files.example.com'],
    [
      'the one in the options',
      { distribution: withHost('*.example.com'), options: { prefixes: ['a/'], host: 'x.example.com' } },
      'https://x.example.com',
    ],
  ] satisfies [string, SiteOptions, string][])('links have %s', (_, options, origin) => {
    const functions = resourcesOf(templatesOf(createSite(options)), 'AWS::Lambda::Function')
    const all = functions.map(({ Properties }) => JSON.stringify(Properties['Environment'] ?? {}))
    expect(all.filter(text => text.includes(`"${origin}"`))).not.toEqual([])
  })

  test.each(['us-east-1', 'eu-west-1', 'us-west-2'])(
    'a distribution in another stack, of %s, is deployed between the edge and the bucket',
    distributionRegion => {
      const site = createSite({ region: 'eu-west-1', distributionRegion })
      const templates = templatesOf(site)
      expect(Object.keys(templates)).toEqual(['once-us-east-1', 'front', 'site'])
      const before = (name: string) =>
        (site.app.node.findChild(name) as Stack).dependencies.map(({ stackName }) => stackName)
      expect(before('front')).toEqual(['once-us-east-1'])
      expect(before('site')).toEqual(expect.arrayContaining(['once-us-east-1', 'front']))
      for (const { Outputs = {} } of Object.values(templates)) {
        // AWS refuses this function in outputs; an export would lock the stack that has it.
        expect(JSON.stringify(Outputs)).not.toMatch(/Fn::GetStackOutput|"Export"/)
      }
      expect(JSON.stringify(templates)).not.toMatch(/Fn::ImportValue|Custom::CrossRegionExport/)
      const [policy] = resourcesOf(templates, 'AWS::S3::BucketPolicy', 'site')
      expect(JSON.stringify(policy)).toMatch(
        new RegExp(`distribution/",\\{"Fn::GetStackOutput":\\{"StackName":"front","Region":"${distributionRegion}"`),
      )
    },
  )

  test('attaches the web ACL of the settings', () => {
    const near = configIn(templatesOf(createSite({ props: { firewall: 'own' } })))
    expect(near).toMatchObject({ WebACLId: { 'Fn::GetAtt': [expect.any(String), 'Arn'] } })
    const far = configIn(templatesOf(createSite({ props: { firewall: 'own' }, region: 'eu-west-1' })))
    expect(far).toMatchObject({ WebACLId: { 'Fn::GetStackOutput': { OutputName: 'WebAclArn' } } })
  })
})

function withHost(host: string): NonNullable<SiteOptions['distribution']> {
  return () => ({ domainNames: [host] })
}

const toBucket = ({ bucket }: Site) => origins.S3BucketOrigin.withOriginAccessControl(bucket)
const sameBucket = ({ stack }: Site) =>
  origins.S3BucketOrigin.withOriginAccessControl(
    s3.Bucket.fromBucketName(stack, 'Again', `once-content-${Aws.ACCOUNT_ID}-us-east-1-an`),
  )

const certificate = Certificate.fromCertificateArn(
  new Stack(),
  'Certificate',
  `arn:aws:acm:us-east-1:${siteAccount}:certificate/a`,
)

const refused: readonly [string, string, SiteOptions][] = [
  [
    'the default behaviour reads the bucket',
    'content-behind-another-behaviour',
    { distribution: site => ({ defaultBehavior: { origin: toBucket(site) } }) },
  ],
  [
    'it reads it under another import',
    'content-behind-another-behaviour',
    { distribution: site => ({ defaultBehavior: { origin: sameBucket(site) } }) },
  ],
  [
    'a behaviour reads it if another origin fails',
    'content-behind-another-behaviour',
    {
      distribution: site => ({
        defaultBehavior: {
          origin: new origins.OriginGroup({ primaryOrigin: site.origin, fallbackOrigin: toBucket(site) }),
        },
      }),
    },
  ],
  [
    'a behaviour that is added later reads it',
    'content-behind-another-behaviour',
    { afterwards: (it, site) => it.addBehavior('/x/*', toBucket(site)) },
  ],
  [
    'an earlier pattern matches links',
    'earlier-pattern',
    { distribution: ({ origin }) => ({ additionalBehaviors: { '/?/*': { origin } } }) },
  ],
  [
    'an earlier pattern matches files',
    'earlier-pattern',
    { distribution: ({ origin }) => ({ additionalBehaviors: { '*.pdf': { origin } } }) },
  ],
  ...['/d/health', 'd/*.html', '/reports/public/*'].map((pattern): (typeof refused)[number] => [
    `${pattern} is added later, which is never reached`,
    'unreachable-pattern',
    { afterwards: (it, { origin }) => it.addBehavior(pattern, origin) },
  ]),
  ['IPv6 is on', 'ipv6', { distribution: { enableIpv6: true } }],
  ['IPv6 is on by default', 'ipv6', { distribution: () => ({ enableIpv6: undefined as never }) }],
  [
    'IPv6 is on by an override',
    'ipv6',
    { afterwards: it => resource(it).addPropertyOverride('DistributionConfig.IPV6Enabled', true) },
  ],
  ['HTTP/3 is on', 'http3', { distribution: { httpVersion: cloudfront.HttpVersion.HTTP2_AND_3 } }],
  ['it has a legacy access log', 'legacy-access-log', { distribution: { enableLogging: true } }],
  ['it logs paths', 'access-log-fields', { afterwards: deliver(['date', 'cs-uri-stem']) }],
  ['it logs the header Referer', 'access-log-fields', { afterwards: deliver(['date', 'cs(Referer)']) }],
  ['it logs all fields', 'access-log-fields', { afterwards: deliver(undefined) }],
  ['it logs paths, as another stack says', 'access-log-fields', { afterwards: deliver(['cs-uri-query'], 'other') }],
  [
    'our behaviour has a real-time log',
    'real-time-log',
    {
      afterwards: it =>
        resource(it).addPropertyOverride(
          'DistributionConfig.CacheBehaviors.0.RealtimeLogConfigArn',
          'arn:aws:cloudfront::1:realtime-log-config/x',
        ),
    },
  ],
  [
    'a file needs no signature',
    'changed-behaviour',
    {
      afterwards: it =>
        resource(it).addPropertyDeletionOverride('DistributionConfig.CacheBehaviors.1.TrustedKeyGroups'),
    },
  ],
  [
    'links may be opened without TLS',
    'changed-behaviour',
    {
      afterwards: it =>
        resource(it).addPropertyOverride('DistributionConfig.CacheBehaviors.0.ViewerProtocolPolicy', 'allow-all'),
    },
  ],
  [
    'the edge function is removed',
    'changed-behaviour',
    {
      afterwards: it =>
        resource(it).addPropertyDeletionOverride('DistributionConfig.CacheBehaviors.0.LambdaFunctionAssociations'),
    },
  ],
  [
    'the edge function gets no bodies',
    'changed-behaviour',
    {
      afterwards: it =>
        resource(it).addPropertyOverride(
          'DistributionConfig.CacheBehaviors.0.LambdaFunctionAssociations.0.IncludeBody',
          false,
        ),
    },
  ],
  ...['uriPath', 'queryString', ...secretHeaders].map((field): (typeof refused)[number] => [
    `the log of its web ACL has ${field}`,
    'web-acl-log',
    { distribution: site => ({ webAclId: webAcl(site, { logged: true, butFor: field }) }) },
  ]),
  [
    'it has a web ACL, and the construct too',
    'second-web-acl',
    { props: { firewall: 'own' }, distribution: site => ({ webAclId: webAcl(site) }) },
  ],
  ['no prefix is known', 'no-prefixes', { options: {} }],
  [
    'another construct has added its links',
    'distribution-in-use',
    {
      afterwards: (it, { stack }) =>
        new OnceAtEdge(stack, 'Second', { name: 'second' }).addTo(it, { prefixes: ['b/'] }),
    },
  ],
  [
    'an issuer is for everything',
    'no-prefixes',
    { options: {}, before: once => issueFor(once, ['a/']), afterwards: (_, _site, once) => issueFor(once) },
  ],
  ['an issuer is for other files', 'prefix-not-served', { afterwards: (_, _site, once) => issueFor(once, ['other/']) }],
  ['the prefix is everything', 'prefix', { options: { prefixes: [''] } }],
  ['the prefixes are no list', 'prefix', { options: { prefixes: 'reports/' as never } }],
  ['the prefix is that of links', 'prefix', { options: { prefixes: ['d/'] } }],
  ['the host is not one of it', 'host', { options: { prefixes: ['a/'], host: 'files.example.com' } }],
  ['its only host is a wildcard', 'host', { distribution: withHost('*.example.com') }],
  [
    'the construct has a bucket for its logs',
    'useless-prop',
    { props: { accessLogs: true, accessLogBucket: s3.Bucket.fromBucketName(new Stack(), 'Logs', 'logs') } },
  ],
  ['the construct is to know deliveries', 'delivery-proof-of-distribution', { props: { deliveryProof: true } }],
  ['the construct has a plan', 'plan-of-distribution', { props: { plan: 'pro' } }],
  ['the construct has a domain', 'host-of-distribution', { props: { domainName: 'files.example.com', certificate } }],
  ['it is in another stack than the construct in us-east-1', 'distribution-stack', { distributionRegion: 'us-east-1' }],
]

describe('it is refused that', () => {
  test.each(refused)('%s: %s', (_, id, options) => {
    expect(errorsOf(options)).toEqual([id])
  })

  test('the distribution is imported: with the statement to add', () => {
    const imported = (distribution: cloudfront.Distribution) =>
      cloudfront.Distribution.fromDistributionAttributes(distribution.stack, 'Imported', {
        distributionId: 'E2EXAMPLE',
        domainName: 'd111111abcdef8.cloudfront.net',
      }) as cloudfront.Distribution
    expect(() => createSite({ replaced: imported })).toThrow(
      /^once-at-edge:imported-distribution: .*"AWS:SourceArn":"arn:aws:cloudfront::ACCOUNT:distribution\/E2EXAMPLE"/,
    )
  })
})

describe('it is allowed that', () => {
  test.each([
    [
      'an earlier pattern matches no link, but other paths of /d/',
      { distribution: ({ origin }) => ({ additionalBehaviors: { '/d/*.html': { origin }, '/d/*/*': { origin } } }) },
    ],
    ['a later pattern matches files', { afterwards: (it, { origin }) => it.addBehavior('*.pdf', origin) }],
    [
      'a later pattern matches links, and more',
      { afterwards: (it, { origin }) => it.addBehavior('/?/health', origin) },
    ],
    [
      'IPv6 and HTTP/3 are on, as for the construct',
      {
        props: { ipv6: true, http3: true },
        distribution: { enableIpv6: true, httpVersion: cloudfront.HttpVersion.HTTP2_AND_3 },
      },
    ],
    [
      'it has a legacy access log, and its readers may open links',
      {
        distribution: { enableLogging: true },
        afterwards: it => Annotations.of(it).acknowledgeWarning('once-at-edge:legacy-access-log', 'only we read it'),
      },
    ],
    ['it logs other fields', { afterwards: deliver(['date', 'sc-status', 'cache-behavior-path-pattern']) }],
    [
      'another distribution logs paths',
      {
        afterwards: (_, site, once) =>
          deliver(['cs-uri-stem'])(
            new cloudfront.Distribution(site.stack, 'Other', { defaultBehavior: { origin: site.origin } }),
            site,
            once,
          ),
      },
    ],
    ['its web ACL redacts its log', { distribution: site => ({ webAclId: webAcl(site, { logged: true }) }) }],
  ] satisfies [string, SiteOptions][])('%s', (_, options) => {
    expect(errorsOf(options)).toEqual([])
  })
})

test.skipIf(missingNag2 !== undefined)(
  'the access log of docs/construct.md is allowed, also by cdk-nag 2 and 3',
  () => {
    const [, code = ''] = /^```ts\n(const source = [^`]+`[^]*?)^```/m.exec(readFileSync(constructPage, 'utf8')) ?? []
    const { PolicyStatement, ServicePrincipal } = iam
    const imported = { ...logs, ...nag2(), PolicyStatement, ServicePrincipal, Validations }
    const { app } = createSite({
      afterwards: (distribution, { stack }) =>
        runInNewContext(code, { ...imported, distribution, stack, logBucket: new s3.Bucket(stack, 'Logs') }) as void,
    })
    const { three, two } = nagFindings(app)
    expect([...three, ...two].filter(finding => finding.endsWith('CFR3'))).toEqual([])
    const [delivery] = resourcesOf(templatesOf({ app } as Site), 'AWS::Logs::Delivery')
    expect(delivery?.Properties['RecordFields']).toContain('cache-behavior-path-pattern')
  },
)

describe('it warns that', () => {
  test.each([
    [
      'error pages are shown for files',
      'custom-error-pages',
      {
        distribution: {
          errorResponses: [{ httpStatus: 403, responseHttpStatus: 200, responsePagePath: '/index.html' }],
        },
      },
    ],
    [
      'a web ACL is not seen',
      'web-acl-unseen',
      { distribution: { webAclId: `arn:aws:wafv2:us-east-1:${siteAccount}:global/webacl/a/b` } },
    ],
    [
      'a web ACL keeps samples',
      'web-acl-samples',
      { distribution: site => ({ webAclId: webAcl(site, { sampled: true }) }) },
    ],
    [
      'another distribution reads the bucket',
      'content-behind-another-distribution',
      {
        afterwards: (_, site) =>
          new cloudfront.Distribution(site.stack, 'Other', { defaultBehavior: { origin: toBucket(site) } }),
      },
    ],
    [
      'there are more behaviours than most accounts may have',
      'many-behaviours',
      { options: { prefixes: Array.from({ length: 74 }, (_, index) => `folder-${index}/`) } },
    ],
  ] satisfies [string, string, SiteOptions][])('%s: %s', (_, id, options) => {
    expect(warningsOf(options)).toContain(id)
  })

  test('nothing is doubtful of a usual distribution, also with the web ACL of the construct in another Region', () => {
    expect(warningsOf({})).toEqual([])
    expect(warningsOf({ props: { firewall: 'own' }, region: 'eu-west-1' })).toEqual(['no-distribution-alarm'])
  })
})

/** Grants issuing to a new role. */
function issueFor(once: OnceAtEdge, prefixes?: readonly string[]): void {
  const id = `Issuer${once.node.children.length}`
  const role = new iam.Role(once, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
  once.grants.issue(role, { issuer: id.toLowerCase(), ...(prefixes && { prefixes }) })
}

function resource(distribution: cloudfront.Distribution): cloudfront.CfnDistribution {
  return distribution.node.defaultChild as cloudfront.CfnDistribution
}

/** Delivers an access log, from the stack of the site or another. */
function deliver(recordFields: string[] | undefined, stackId?: string): NonNullable<SiteOptions['afterwards']> {
  return (distribution, { app, stack }) => {
    const scope =
      stackId === undefined ? stack : new Stack(app, stackId, { env: { account: siteAccount, region: 'us-east-1' } })
    const source = new logs.CfnDeliverySource(scope, 'Source', {
      name: 'log',
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    })
    new logs.CfnDelivery(scope, 'Delivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: `arn:aws:logs:us-east-1:${siteAccount}:delivery-destination:log`,
      ...(recordFields && { recordFields }),
    })
  }
}

/** Creates a web ACL of the site, and returns its ARN. A log redacts what it must, but for one field. */
function webAcl({ stack }: Site, { logged = false, butFor = '', sampled = false } = {}): string {
  const acl = new wafv2.CfnWebACL(stack, 'Acl', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: { metricName: 'acl', cloudWatchMetricsEnabled: false, sampledRequestsEnabled: sampled },
  })
  const headers = secretHeaders.map(Name => [Name, { singleHeader: { Name } }] as const)
  if (logged) {
    const redacted = [['uriPath', { uriPath: {} }] as const, ['queryString', { queryString: {} }] as const, ...headers]
    new wafv2.CfnLoggingConfiguration(stack, 'AclLog', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [`arn:aws:s3:::aws-waf-logs-site`],
      redactedFields: redacted.flatMap(([name, field]) => (name === butFor ? [] : [field])),
    })
  }
  return acl.attrArn
}
