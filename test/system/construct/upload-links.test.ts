import { Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { describe, expect, test } from 'vitest'
import { profiles } from '../../../infra/app/profiles.ts'
import { uploadable } from '../../../infra/existing/content-statements.ts'
import { deploymentOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { IssuerProps, OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { receivedRoutes } from '../../../shared/api/routes.ts'
import type { LinkId, RedemptionId } from '../../../shared/link.ts'
import { filenameMetadata, folderBelow, receivedKey, receivedPatterns } from '../../../shared/received.ts'
import { webhookTypes } from '../../../shared/webhooks/webhook.ts'
import { everything } from '../../support/infra/combinations.ts'
import { resourcesOf, synthesise, type Templates, valueAt } from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp } from './constructed.ts'
import { textOf } from './stacks.ts'

const auth = { issuer: 'https://login.example.com', audience: 'https://links.example.com' } as const
const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/send'
const host = 'send.example.com'
const page = { auth, certificate, sendPage: { clientId: 'page', domainName: host } } as const
const homes = { homeRegions: ['us-east-1', 'eu-west-1'] } as const
const desk: IssuerProps = { id: 'desk', group: 'desk', prefixes: ['desk/'], verbs: ['ask', 'read'] }

/** Synthesises a deployment in two home Regions, each with an api. */
function templatesWith(settings: object): Templates {
  const { templates, remove } = synthesise(
    { ...homes, apiRegions: homes.homeRegions, ...settings },
    { validated: false },
  )
  remove()
  return templates
}

const off = templatesWith({ ...everything, ...page })
const on = templatesWith({ ...everything, ...page, uploadLinks: true })

/** Returns the methods below `/received`, as `STACK ID: VERB AUTHORIZATION`. */
const openMethods = (templates: Templates) =>
  resourcesOf(templates, 'AWS::ApiGateway::Method').filter(({ id }) => id.includes('received'))

test('what a sender calls a file does not reach recipients, and a policy removes ten headers at most', () => {
  const removed = [off, on].map(templates => {
    const policies = resourcesOf(templates, 'AWS::CloudFront::ResponseHeadersPolicy')
    const { Properties } = policies.find(({ id }) => id.startsWith('EdgeDownloadsHeaders')) ?? { Properties: {} }
    const items = valueAt(Properties, 'ResponseHeadersPolicyConfig.RemoveHeadersConfig.Items')
    return (items as readonly { readonly Header: string }[]).map(({ Header }) => Header)
  })
  const [before = [], after = []] = removed
  expect(after.filter(name => !before.includes(name))).toEqual([`x-amz-meta-${filenameMetadata}`])
  expect(after.length).toBeLessThanOrEqual(10)
})

describe('the api', () => {
  test('takes files of links without a login in the token API where the page is, and nowhere else', () => {
    const methods = openMethods(on)
    const lines = methods.map(({ stack, id, Properties }) => {
      const [, api = '', path = ''] = /^Api(Tokens|)GatewayApi(received[a-z]*)/.exec(id) ?? []
      return `${stack} ${api} ${String(Properties['HttpMethod'])} ${path}`
    })
    const expected = Object.values(receivedRoutes).map(
      ({ method, path }) => `once-us-east-1 Tokens ${method} ${path.replaceAll(/\W/g, '')}`,
    )
    expect(lines.toSorted()).toEqual(expected.toSorted())
    for (const { Properties } of methods) {
      expect(Properties).toMatchObject({ AuthorizationType: 'NONE', RequestValidatorId: expect.anything() })
      expect(Properties['AuthorizerId']).toBeUndefined()
      expect(JSON.stringify(Properties['Integration'])).toContain('Apiuploads')
    }
    const withBodies = methods.filter(({ Properties }) => Properties['RequestModels'] !== undefined)
    expect(withBodies.map(({ Properties }) => Properties['HttpMethod'])).toEqual(['POST', 'POST', 'POST'])
  })

  test('asks for a login in every other method', () => {
    const others = resourcesOf(on, 'AWS::ApiGateway::Method').filter(({ id }) => !id.includes('received'))
    const kinds = new Set(others.map(({ Properties }) => Properties['AuthorizationType']))
    expect(kinds).toEqual(new Set(['AWS_IAM', 'CUSTOM']))
  })

  test.each([
    [100, 10],
    [25, 2],
    [1, 1],
  ])('throttles each of them apart, at %s requests a second of all callers to %s', (requestsPerSecond, rate) => {
    const templates = templatesWith({ ...page, requestsPerSecond, uploadLinks: true })
    const stages = resourcesOf(templates, 'AWS::ApiGateway::Stage', 'us-east-1')
    const settings = stages.flatMap(({ Properties }) => Properties['MethodSettings'] as Record<string, unknown>[])
    const common = { DataTraceEnabled: false, LoggingLevel: 'ERROR', MetricsEnabled: false }
    const own = { ...common, ThrottlingRateLimit: rate, ThrottlingBurstLimit: rate * 2 }
    expect(settings.filter(({ ResourcePath }) => ResourcePath !== '/*')).toEqual(
      Object.values(receivedRoutes).map(({ method, path }) => {
        return { ...own, HttpMethod: method, ResourcePath: `/${path.replaceAll('/', '~1')}` }
      }),
    )
  })
})

/** Returns resources that one deployment has and the other doesn't, or has with other properties, by their types. */
function changesIn(before: Templates, after: Templates, stack: string): readonly string[] {
  const [a, b] = [before, after].map(templates => templates[stack]?.Resources ?? {}) as [object, object]
  const text = (of: object, id: string) => JSON.stringify((of as Templates[string]['Resources'])[id]?.Properties)
  const changed = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(id => text(a, id) !== text(b, id))
  return changed.map(id => id.replaceAll(/[0-9A-F]{8}([0-9a-f]{32})?$/g, '')).toSorted()
}

describe('the setting', () => {
  test('changes the edge’s code, routes and stage of one api, two policies, the page, and a rule; the edge gets no right', () => {
    const changed = changesIn(off, on, 'once-us-east-1').filter(id => !/received/.test(id))
    expect([...new Set(changed)]).toEqual([
      'ApiTokensGatewayApiDeployment',
      'ApiTokensGatewayApiDeploymentStagev1',
      'ApiuploadsRoleDefaultPolicy',
      'EdgeAlarmsActionsSettingsEvent',
      'EdgeDownloadsDistribution',
      'EdgeDownloadsHeaders',
      'EdgeRedeemerFunction',
      'EdgeRedeemerFunctionCurrentVersion',

      'ReaderReceived',
      'ReaderReceivedAllowEventRuleonceuseast1ReaderFunction82448AAC',
      'SendPageDistribution',
      'SendPageFilesObjectsconsolesetup',
      'SendPageUploadHeaders',
    ])
    expect(changesIn(off, on, 'once-eu-west-1')).toEqual(['ApiAuditSettingsEvent'])
    expect(Object.keys(on)).toEqual(Object.keys(off))
  })

  test.each(Object.entries({ ...profiles, everything: { ...homes, ...everything, ...page } }))(
    'is off in %s, which has nothing of it',
    (_, settings) => {
      const templates = templatesWith({ ...settings, homeRegions: ['us-east-1'], apiRegions: ['us-east-1'] })
      expect(JSON.stringify(templates)).not.toMatch(/received/i)
      expect(
        resourcesOf(templates, 'AWS::ApiGateway::Method').map(each => each.Properties['AuthorizationType']),
      ).not.toContain('NONE')
      expect(deploymentOf(parseSettings(settings)).uploadApi).toBeUndefined()
    },
  )

  test('opens a page that reaches the bucket and nothing else', () => {
    const policies = resourcesOf(on, 'AWS::CloudFront::ResponseHeadersPolicy')
    const own = policies.find(({ id }) => id.includes('UploadHeaders'))
    const text = JSON.stringify(own?.Properties)
    expect(text).toMatch(/connect-src 'self' https:\/\/[^ ;]*(content|Content)[^ ;]*;/)
    expect(text).not.toContain(new URL(auth.issuer).host)
    expect(JSON.stringify(on)).toContain('upload.html')
  })

  test('names the api on the page’s host for the functions', () => {
    expect(deploymentOf(parseSettings({ ...homes, ...page, uploadLinks: true })).uploadApi).toBe(`https://${host}/api`)
  })

  test.each<[string, object, string]>([
    [
      'auth',
      { certificate, sendPage: page.sendPage },
      'true without auth, allowed: only with auth: files come in by the token API',
    ],
    [
      'a page',
      { auth },
      'true without sendPage.domainName, allowed: only with sendPage.domainName: the page takes the file',
    ],
    ['a host of the page', { auth, sendPage: { clientId: 'page' } }, 'true without sendPage.domainName'],
  ])('is refused without %s', (_, settings, message) => {
    expect(() => parseSettings({ ...homes, ...settings, uploadLinks: true })).toThrow(`uploadLinks: got ${message}`)
  })
})

/** Returns what the policy of a role allows, as `ACTION RESOURCE`: of files their keys. */
function allowed(templates: Templates, role: string, stack = 'us-east-1'): readonly string[] {
  const policies = resourcesOf(templates, 'AWS::IAM::Policy', stack).filter(({ id }) => id.startsWith(`${role}Role`))
  const statements = policies.flatMap(each => valueAt(each, 'Properties.PolicyDocument.Statement') as Statement[])
  const text = (resource: unknown) =>
    textOf(resource)
      .replace(/^.*(-an\/|dynamodb:)/, '')
      .replace(/\{.*\}:/, '')
  const lines = statements.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap(action => [Resource].flat().map(each => `${action} ${text(each)}`)),
  )
  return lines.toSorted()
}

interface Statement {
  readonly Action: string | string[]
  readonly Resource: unknown
}

const any = '?'.repeat(22)
const taken = (prefix: string) => [`${prefix}*/received/${any}/${any}`, `${prefix}received/${any}/${any}`]

describe('the function of uploads', () => {
  test('reads links in each home Region, and writes files of links only, where issuers only ask', () => {
    const templates = templatesWith({ ...page, uploadLinks: true, issuers: [desk] })
    const actions = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject']
    const files = actions.flatMap(action => taken('desk/').map(file => `${action} ${file}`))
    const ofFiles = (lines: readonly string[]) => lines.filter(line => line.startsWith('s3:'))
    expect(ofFiles(allowed(templates, 'Apiuploads'))).toEqual(files)
    expect(ofFiles(allowed(templates, 'Apiuploads', 'eu-west-1'))).toEqual(actions.map(action => `${action} `))
    const [before, after] = [off, on].map(each => allowed(each, 'Apiuploads'))
    expect(after?.filter(line => before?.includes(line) !== true)).toEqual([
      'dynamodb:GetItem eu-west-1:table/once-links',
      'dynamodb:GetItem us-east-1:table/once-links',
    ])
    expect(after).toHaveLength((before?.length ?? 0) + 2)
  })

  test('puts files where links have theirs, and no other', () => {
    const [linkId, redemptionId] = ['l'.repeat(22) as LinkId, '-_'.repeat(11) as RedemptionId]
    const isAllowed = (key: string) =>
      receivedPatterns('desk/').some(each =>
        new RegExp(`^${each.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(key),
      )
    for (const prefix of ['desk/', 'desk/2026/a/'])
      expect(isAllowed(receivedKey({ key: folderBelow(prefix)! }, { linkId, redemptionId }))).toBe(true)
    for (const key of [
      'desk/a',
      'desk/received/a',
      `desk/notreceived/${linkId}/${linkId}`,
      `a/received/${linkId}/${linkId}`,
    ])
      expect(isAllowed(key)).toBe(false)
  })

  test.each<[string, readonly Pick<IssuerProps, 'verbs' | 'prefixes'>[] | undefined, readonly string[]]>([
    ['without issuers everywhere', undefined, ['*']],
    ['below each prefix of who uploads', [{ verbs: ['upload'], prefixes: ['a/'] }], ['a/*']],
    ['below that alone, if who asks has it, too', [{ verbs: ['upload', 'ask'], prefixes: ['a/'] }], ['a/*']],
    [
      'else where links put files',
      [
        { verbs: ['upload'], prefixes: ['a/'] },
        { verbs: ['ask'], prefixes: ['${b}/', 'a/c/'] },
      ],
      ['a/*', ...taken('${$}{b}/').toReversed()],
    ],
    ['not for who only issues', [{ verbs: ['issue', 'read'], prefixes: ['a/'] }], ['']],
  ])('puts files %s', (_, issuers, expected) => {
    const listed = issuers as Parameters<typeof uploadable>[1]['issuers']
    expect(uploadable('bucket', { issuers: listed, uploadLinks: true })).toEqual(expected.map(key => `bucket/${key}`))
    const without = expected.filter(key => !key.includes('received'))
    expect(uploadable('bucket', { issuers: listed, uploadLinks: false })).toEqual(without.map(key => `bucket/${key}`))
  })
})

test('with scan, GuardDuty scans below the prefix of who asks, and the bucket closes what links take', () => {
  const templates = templatesWith({ ...page, scan: 'guardduty', uploadLinks: true, issuers: [desk] })
  const [plan] = resourcesOf(templates, 'AWS::GuardDuty::MalwareProtectionPlan')
  expect(valueAt(plan ?? {}, 'Properties.ProtectedResource.S3Bucket.ObjectPrefixes')).toEqual(['desk/'])
  const policy = resourcesOf(templates, 'AWS::S3::BucketPolicy').find(({ id }) => id.includes('Content'))
  const statements = valueAt(policy ?? {}, 'Properties.PolicyDocument.Statement') as { Sid?: string; Effect: string }[]
  const closed = statements.filter(each => JSON.stringify(each).includes('ExistingObjectTag')) as unknown as Statement[]
  const files = closed.flatMap(({ Resource }) => [Resource].flat().map(each => textOf(each).replace(/^.*-an\//, '')))
  expect(files.toSorted()).toEqual(taken('desk/'))
  expect(allowed(templates, 'Apilinks').filter(line => line.startsWith('s3:GetObjectTagging'))).toEqual(
    taken('desk/').map(file => `s3:GetObjectTagging ${file}`),
  )
})

describe('the event that a file has arrived', () => {
  const withEvents = { ...page, uploadLinks: true, events: true, issuers: [desk] }
  const templates = templatesWith(withEvents)
  const bucketOf = (all: Templates) => resourcesOf(all, 'AWS::S3::Bucket').filter(({ id }) => id.includes('Content'))
  const rulesOf = (all: Templates) =>
    resourcesOf(all, 'AWS::Events::Rule').filter(({ id }) => /ReaderReceived/.test(id))

  test('follows that of S3, in the Region of the bucket, by a rule that passes on key, size and time', () => {
    const [bucket] = bucketOf(templates)
    expect(valueAt(bucket ?? {}, 'Properties.NotificationConfiguration')).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    })
    const [rule, ...others] = rulesOf(templates)
    expect(others).toEqual([])
    expect(rule?.stack).toBe('once-us-east-1')
    expect(rule?.Properties['EventPattern']).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [valueAt(bucket ?? {}, 'Properties.BucketName')] },
        object: { key: [{ wildcard: '*received/*/*' }] },
      },
    })
    const targets = valueAt(rule ?? {}, 'Properties.Targets') as { Arn: unknown; InputTransformer: object }[]
    const [target, ...more] = targets
    expect(more).toEqual([])
    expect(JSON.stringify(target?.Arn)).toContain('ReaderFunction')
    expect(target?.InputTransformer).toEqual({
      InputPathsMap: {
        'detail-object-key': '$.detail.object.key',
        'detail-object-size': '$.detail.object.size',
        time: '$.time',
      },
      InputTemplate: '{"key":<detail-object-key>,"bytes":<detail-object-size>,"at":<time>}',
    })
  })

  test('comes of a rule that alone may call the function, which may read links and nothing more than before', () => {
    const permissions = resourcesOf(templates, 'AWS::Lambda::Permission').filter(({ id }) =>
      id.startsWith('ReaderReceivedAllow'),
    )
    expect(permissions.map(({ Properties }) => [Properties['Principal'], textOf(Properties['SourceArn'])])).toEqual([
      ['events.amazonaws.com', expect.stringMatching(/^\{ReaderReceived.*\.Arn\}$/)],
    ])
    const { uploadLinks: _, ...before } = { ...withEvents, issuers: undefined }
    const [former, now] = [templatesWith(before), templates].map(each => allowed(each, 'ReaderFunction'))
    expect(now?.filter(line => former?.includes(line) !== true)).toEqual(
      homes.homeRegions.toReversed().map(region => `dynamodb:GetItem ${region}:table/once-links`),
    )
    expect(allowed(templates, 'ReaderFunction', 'eu-west-1').join()).not.toContain('GetItem')
  })

  test('comes of the same setting of the bucket that GuardDuty needs', () => {
    expect(bucketOf(on)).toEqual(bucketOf(off))
    expect(rulesOf(on)).toHaveLength(1)
  })

  test('is sent to endpoints, which without such links have the rules of before', () => {
    const endpoints = [{ id: 'orders', url: 'https://hooks.example.com/once', secretName: 'webhooks/orders' }]
    const typesIn = (settings: object) => {
      const rules = resourcesOf(templatesWith({ ...page, endpoints, ...settings }), 'AWS::Events::Rule')
      const rule = rules.find(({ id }) => id.includes('Ruleorders'))
      return valueAt(rule ?? {}, 'Properties.EventPattern.detail-type') as string[]
    }
    expect(typesIn({ uploadLinks: true, issuers: [desk] })).toEqual(Object.keys(webhookTypes))
    expect(typesIn({})).toEqual(Object.keys(webhookTypes).filter(type => type !== 'File received'))
  })

  test.each([
    ['events', { ...page, uploadLinks: true, issuers: [desk] }],
    ['links that take files', { ...page, events: true }],
  ])('needs %s: without, nothing listens to the bucket', (_, settings) => {
    const without = templatesWith(settings)
    expect(rulesOf(without)).toEqual([])
    expect(bucketOf(without)[0]?.Properties['NotificationConfiguration']).toBeUndefined()
    expect(allowed(without, 'ReaderFunction').join()).not.toContain('GetItem')
  })
})

describe('an issuer', () => {
  const construct = (props: OnceAtEdgeProps, grant?: 'ask' | 'issue') => {
    const app = emptyApp()
    const stack = new Stack(app, 'Site', { env: { region: 'us-east-1', account: '111122223333' } })
    const bucket = new s3.Bucket(stack, 'Files', { versioned: true })
    const { content, ...rest } = props
    const once = constructIn(app, 'us-east-1', {
      scope: stack,
      ...rest,
      ...(content && { content: { bucket, uploads: true } }),
    })
    once.createDistribution()
    if (grant !== undefined)
      once.grants[grant](iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/desk'), {
        prefixes: ['desk/'],
      })
    return app.synth()
  }

  test('may ask by a grant, of exactly the methods that issue links', () => {
    const text = JSON.stringify(construct({ ...page, uploadLinks: true }, 'ask').getStackByName('Site').template)
    const methods = [...text.matchAll(/execute-api:[^\]]*?\/v1\/([A-Z]+\/[^"]*)"/g)].map(([, method]) => method)
    expect(new Set(methods)).toEqual(new Set(['POST/links', 'POST/links/batch', 'POST/links/*/replace']))
  })

  test('that asks has links to read; one without the setting is refused, and so is the setting without one', () => {
    expect(() => construct({ ...page, uploadLinks: true, issuers: [{ ...desk, id: 'd' }] })).not.toThrow()
    const { id: _, ...derived } = desk
    expect(() => construct({ ...page, uploadLinks: true, issuers: [derived] })).not.toThrow()
    expect(() => construct({ ...page, issuers: [desk] })).toThrow(
      'once-at-edge:upload-links: no link of this deployment takes a file, so there is nothing to ask for; got the verb ask for group desk; allowed: `uploadLinks: true`, or no ask',
    )
    expect(() => construct(page, 'ask')).toThrow('once-at-edge:upload-links')
    expect(() => construct({ ...page, uploadLinks: true }, 'issue')).toThrow(
      'once-at-edge:useless-prop: uploadLinks has no use, because no issuer may ask for files',
    )
  })

  test('of a bucket of yours can not ask: links take no files there', () => {
    const content = {} as NonNullable<OnceAtEdgeProps['content']>
    expect(() => construct({ ...page, uploadLinks: true, content })).toThrow(
      'once-at-edge:useless-prop: uploadLinks has no use, because it is about the bucket of the deployment',
    )
  })
})
