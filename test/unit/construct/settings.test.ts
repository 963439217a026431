import { describe, expect, test } from 'vitest'
import { withOverrides } from '../../../infra/app/context.ts'
import { deployment } from '../../../infra/deployment.ts'
import { firewallOf } from '../../../infra/placement/placement.ts'
import { profiles } from '../../../infra/app/profiles.ts'
import { deploymentOf, oldVersionDaysOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import { settingsInForce } from '../../../infra/settings/fixed-settings.ts'
import { apiRegionsOf, inputFields, regionsOf, secretRegionsOf } from '../../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import { edgeDeploymentOf } from '../../../shared/settings/deployment.ts'
import { isRegion } from '../../../shared/regions.ts'

const minimal = { homeRegions: ['eu-west-1', 'ap-south-1'] }
const auth = { issuer: 'https://login.example.com', audience: 'https://links.example.com' }
const sendPage = { clientId: 'once-page' }
const jwks = { keys: [{ kty: 'EC', crv: 'P-256', kid: '2026', x: 'AAAA', y: 'AAAA' }] }
const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/a'

describe('settings', () => {
  test('of infra/deployment.ts are valid', () => {
    expect(parseSettings(deployment)).toMatchObject({
      name: 'once',
      mode: 'home',
      deletionProtection: true,
      rotationDays: 30,
    })
  })

  test('need home Regions only: the rest has defaults', () => {
    const settings = parseSettings(minimal)
    expect(apiRegionsOf(settings)).toEqual(['eu-west-1'])
    expect(settings.encryption).toBe('aws')
    expect(regionsOf(settings)).toEqual(['us-east-1', 'eu-west-1', 'ap-south-1'])
    expect(firewallOf(settings)).toBe('none')
    expect(deploymentOf(settings)).toMatchObject({
      linksTable: 'once-links',
      secretName: 'once-keys',
      network: 'public',
    })
  })

  test('name roles whose users are callers of their own, also on the command line', () => {
    const context: Readonly<Record<string, string>> = { userRoles: 'saml-staff,saml-guests' }
    const settings = parseSettings(withOverrides(minimal, name => context[name]))
    expect(deploymentOf(settings).userRoles).toEqual(['saml-staff', 'saml-guests'])
    expect(() => parseSettings({ ...minimal, userRoles: ['role/x'] })).toThrow('the name of an IAM role')
  })

  test('name the zones of a private network, also on the command line, and a role for the log of all requests', () => {
    const context: Readonly<Record<string, string>> = { availabilityZones: 'eu-west-1c,eu-west-1a' }
    expect(parseSettings(withOverrides(minimal, name => context[name])).availabilityZones).toEqual([
      'eu-west-1c',
      'eu-west-1a',
    ])
    expect(() => parseSettings({ ...minimal, accessLogs: true, apiLogRole: 'none' })).toThrow('apiLogRole: got "none"')
  })

  test.each([
    ['us-east-1', 'use1'],
    ['ca-central-1', 'cac1'],
    ['sa-east-1', 'sae1'],
    ['eu-north-1', 'eun1'],
    ['eu-south-2', 'eus2'],
    ['ap-southeast-2', 'apse2'],
    ['ap-northeast-3', 'apne3'],
  ])('name the zones of %s by their ids, which begin with %s', (home, start) => {
    const zones = (...availabilityZones: readonly string[]) => ({ homeRegions: [home], availabilityZones })
    const ids = [`${start}-az1`, `${start}-az4`]
    expect(parseSettings(zones(...ids)).availabilityZones).toEqual(ids)
    const others = [
      ['euc1-az1', 'euc1-az2'],
      [`${start}-az1`, `${start}-az1`],
      [`${start}-az1`, `${home}b`],
    ]
    for (const other of others) expect(() => parseSettings(zones(...other))).toThrow(`${start}-az1 for one`)
  })

  test('turn events on if there are endpoints, which functions other than the edge get', () => {
    const endpoint = { id: 'orders', url: 'https://hooks.example.com/once', secretName: 'webhooks/orders' }
    const context: Readonly<Record<string, string>> = { endpoints: JSON.stringify([endpoint]) }
    const settings = parseSettings(withOverrides(minimal, name => context[name]))
    expect(settings.events).toBe(true)
    expect(deploymentOf(settings).endpoints).toEqual([endpoint])
    expect(edgeDeploymentOf(deploymentOf(settings))).not.toHaveProperty('endpoints')
    expect(parseSettings({ ...minimal, endpoints: [] }).events).toBe(false)
    expect(deploymentOf(parseSettings({ ...minimal, endpoints: [] })).endpoints).toBeUndefined()
  })

  test.each([
    [{ id: 'A' }, 'endpoints.0.id: got "A", allowed: 1 to 16 characters'],
    [{ url: 'http://hooks.example.com/' }, 'endpoints.0.url: got "http://hooks.example.com/", allowed: a URL such as'],
    [{ url: 'https://user:pw@hooks.example.com/' }, 'no user, no password'],
    [{ url: 'https://hooks.example.com/#a' }, 'no fragment'],
    [{ url: 'https://127.0.0.1/' }, 'a host name and no address'],
    [{ url: 'https://0x7f.1/' }, 'a host name and no address'],
    [{ url: 'https://localhost/' }, 'a host name and no address'],
    [{ secretName: 'a b' }, 'endpoints.0.secretName: got "a b", allowed: the name of a secret'],
    [{ secretName: 'once-keys' }, 'this one holds the keys of the deployment'],
    [{ other: 1 }, 'endpoints.0.other: got a field that is not known'],
  ])('name what is wrong with an endpoint: %j', (fields, text) => {
    const endpoint = { id: 'orders', url: 'https://hooks.example.com/once', secretName: 'webhooks/orders', ...fields }
    expect(() => parseSettings({ ...minimal, endpoints: [endpoint] })).toThrow(text)
  })

  test('have each endpoint once, 20 at most, for issuers that exist, and in a private network only on demand', () => {
    const endpoint = { id: 'orders', url: 'https://hooks.example.com/once', secretName: 'webhooks/orders' }
    const refused = (settings: object) => expect(() => parseSettings({ homeRegions: ['us-east-1'], ...settings }))
    refused({ endpoints: [endpoint, endpoint] }).toThrow('two with id "orders", allowed: each id once')
    const many = Array.from({ length: 21 }, (_, index) => ({ ...endpoint, id: `e${index}` }))
    refused({ endpoints: many }).toThrow('endpoints: got 21 endpoints, allowed: at most 20')
    const issuers = [{ id: 'shop', principal: '111122223333', prefixes: [''], verbs: ['issue'] }]
    refused({ endpoints: [{ ...endpoint, issuer: 'other' }], issuers }).toThrow(
      'got "other", allowed: the id of an issuer: shop',
    )
    refused({ endpoints: [{ ...endpoint, issuer: 'shop' }], issuers }).not.toThrow()
    refused({ endpoints: [endpoint], network: 'private' }).toThrow('unless endpointsOutside is true')
    refused({ endpoints: [endpoint], network: 'private', endpointsOutside: true }).not.toThrow()
  })

  test('limit each caller to half of the requests of the api by default, but always allow the largest batch', () => {
    const quotaOf = (settings: object) => deploymentOf(parseSettings({ ...minimal, ...settings })).callerQuota
    expect(quotaOf({})).toBe(3000)
    expect(quotaOf({ requestsPerSecond: 10 })).toBe(300)
    expect(quotaOf({ requestsPerSecond: 1 })).toBe(100)
    expect(quotaOf({ requestsPerSecond: 10_000 })).toBe(60_000)
    expect(quotaOf({ callerQuota: 100 })).toBe(100)
    expect(quotaOf({ callerQuota: 3000 })).toBe(3000)
    expect(quotaOf({ callerQuota: 100, requestsPerSecond: 1 })).toBe(100)
    expect(quotaOf({ callerQuota: 60_000, requestsPerSecond: 2000 })).toBe(60_000)
  })

  test.each([
    [{}, 50e9, 1000e9],
    [{ uploadBytesPerDay: 9e9 }, 9e9, 9e9],
    [{ auth, sendPage }, 50e9, 50e9],
    [{ auth, sendPage, uploadBytesPerDay: 1000e9 }, 50e9, 1000e9],
    [{ auth, sendPage, maxUploadBytes: 1e9 }, 1e9, 50e9],
  ])('bound the bytes that a caller uploads, to less a day for people who send from a page: %j', (given, file, day) => {
    const settings = parseSettings({ ...minimal, ...given })
    expect(deploymentOf(settings)).toMatchObject({ maxUploadBytes: file, uploadBytesPerDay: day })
    expect(settingsInForce(settings)).toMatchObject({ maxUploadBytes: file, uploadBytesPerDay: day })
  })

  test('allow no upload that CloudFront would not deliver', () => {
    const withFile = (maxUploadBytes: number) => () => parseSettings({ ...minimal, maxUploadBytes })
    expect(withFile(50e9)).not.toThrow()
    expect(withFile(50e9 + 1)).toThrow(
      'maxUploadBytes: got 50000000001, allowed: a whole number of bytes that CloudFront delivers from 1 to 50000000000',
    )
  })

  test('keep old versions for a month, and longer than the longest link with its capability', () => {
    const daysOf = (days: number) => oldVersionDaysOf(parseSettings({ ...minimal, maxLinkSeconds: days * 24 * 3600 }))
    expect(oldVersionDaysOf(parseSettings(minimal))).toBe(30)
    expect([28, 29, 90, 366].map(daysOf)).toEqual([30, 31, 92, 368])
  })

  test('let files expire no earlier than the longest link with its capability', () => {
    const parsed = (settings: object) => () => parseSettings({ ...minimal, ...settings })
    expect(parsed({})().fileDays).toBeUndefined()
    expect(parsed({ fileDays: 8 })().fileDays).toBe(8)
    expect(parsed({ fileDays: 7 })).toThrow(
      'fileDays: got 7, allowed: at least 8 days: the longest link and its download',
    )
    const month = { maxLinkSeconds: 30 * 24 * 3600 }
    expect(parsed({ ...month, fileDays: 31 })().fileDays).toBe(31)
    expect(parsed({ ...month, fileDays: 30 })).toThrow('fileDays: got 30, allowed: at least 31 days')
    const zone = 'fileDays: got 30, allowed: at least 31 days: recreatableFiles moves them before'
    expect(parsed({ recreatableFiles: true, fileDays: 30 })).toThrow(zone)
  })

  test('let files go with links only if items outlive the question, and turn events on for reminders', () => {
    const days = (count: number) => ({ ...minimal, fileEnds: true, receiptSeconds: count * 24 * 3600 })
    expect(parseSettings(days(3))).toMatchObject({ fileEnds: true, events: false })
    expect(() => parseSettings(days(2))).toThrow(
      'receiptSeconds: got 172800, allowed: at least 259200 with fileEnds: three days',
    )
    expect(parseSettings({ ...minimal, reminders: true })).toMatchObject({ reminders: true, events: true })
    expect(parseSettings(minimal)).toMatchObject({ reminders: false, fileEnds: false, events: false })
  })

  test('say what becomes of files that can not be scanned only where files are scanned', () => {
    expect(parseSettings({ ...minimal, scan: 'guardduty' })).toMatchObject({ scanUnsupported: 'refuse' })
    expect(parseSettings({ ...minimal, scan: 'guardduty', scanUnsupported: 'allow' })).toBeDefined()
    expect(() => parseSettings({ ...minimal, scanUnsupported: 'allow' })).toThrow(
      'scanUnsupported: got "allow", allowed: "refuse" without scan, which scans nothing',
    )
  })

  test('let links use the gate by default, and viewers use neither IPv6 nor HTTP/3', () => {
    const bindings = { gate: true, ipv6: false, http3: false }
    expect(parseSettings(minimal)).toMatchObject(bindings)
    expect(deploymentOf(parseSettings(minimal))).toMatchObject({ ...bindings, maxUrlSeconds: 24 * 3600 })
    const other = { gate: false, ipv6: false, http3: true, urlSeconds: 20, maxUrlSeconds: 60 }
    expect(deploymentOf(parseSettings({ ...minimal, ...other }))).toMatchObject(other)
    expect(deploymentOf(parseSettings({ ...minimal, ipv6: true }))).toMatchObject({ gate: true, ipv6: true })
  })

  test('place the secret in us-east-1 and in the home Regions', () => {
    const settings = parseSettings({ ...minimal, apiRegions: ['eu-central-1'] })
    expect(secretRegionsOf(settings)).toEqual(['us-east-1', 'eu-west-1', 'ap-south-1'])
    expect(secretRegionsOf(parseSettings({ homeRegions: ['us-east-2', 'us-east-1'] }))).toEqual([
      'us-east-1',
      'us-east-2',
    ])
  })

  test.each([
    [['us-east-1', 'us-east-2'], 'us-west-2'],
    [['eu-west-1', 'eu-central-1'], 'eu-west-2'],
  ])('choose the witness of two strongly consistent Regions: %s: %s', (homeRegions, witnessRegion) => {
    const settings = parseSettings({ mode: 'strong', homeRegions })
    expect(settings.witnessRegion).toBe(witnessRegion)
    expect(deploymentOf(settings).witnessRegion).toBe(witnessRegion)
  })

  test('keep a witness that they name, and have none otherwise', () => {
    const homeRegions = ['eu-west-1', 'eu-west-2']
    expect(parseSettings({ mode: 'strong', homeRegions, witnessRegion: 'eu-west-3' }).witnessRegion).toBe('eu-west-3')
    expect(parseSettings({ homeRegions }).witnessRegion).toBeUndefined()
    const three = [...homeRegions, 'eu-central-1']
    expect(parseSettings({ mode: 'strong', homeRegions: three }).witnessRegion).toBeUndefined()
  })

  test.each([
    [{ signer: 'kms' }, 'signer: got "kms", allowed: nothing: KMS no longer signs; with the version that deployed it'],
    [
      { signer: 'secret' },
      'signer: got "secret", allowed: nothing: the key is always in the secret, so leave the setting',
    ],
    [{ kmsKey: 2 }, 'kmsKey: got 2, allowed: nothing: KMS no longer signs'],
    [{ kmsKeysKept: ['P-256-1'] }, 'kmsKeysKept: got ["P-256-1"], allowed: nothing: KMS no longer signs'],
  ])('say of what versions had that could sign in KMS what to do: %o', (former, message) => {
    expect(() => parseSettings({ ...minimal, ...former })).toThrow(message)
  })

  test('of such a version are refused on the command line of the CDK too, which passes over names that it does not know', () => {
    const context: Record<string, string> = { signer: 'kms', kmsKey: '2' }
    const settings = () => parseSettings(withOverrides(minimal, name => context[name]))
    expect(settings).toThrow(
      'signer: got "kms", allowed: nothing: KMS no longer signs; with the version that deployed it',
    )
    expect(settings).toThrow('kmsKey: got "2", allowed: nothing')
  })

  test.each(Object.keys(profiles))('can be those of a profile, on the command line: %s', profile => {
    const context: Record<string, string> = { profile }
    const of = (more: object) =>
      parseSettings(
        withOverrides(
          { name: 'mine', homeRegions: ['eu-west-1'] },
          name => ({ ...context, ...more } as Record<string, unknown>)[name],
        ),
      )
    expect(of({})).toMatchObject({ name: 'mine', ...profiles[profile as keyof typeof profiles] })
    expect(of({ name: 'other' })).toMatchObject({ name: 'other' })
    if (profile === 'starter')
      expect(() => of({ mode: 'strong' })).toThrow(
        'in mode "strong" two or three of one group: us-east-1, us-east-2, us-west-2 |',
      )
    else expect(of({ mode: 'strong' })).toMatchObject({ witnessRegion: 'us-west-2' })
  })

  test('are not those of a profile that does not exist', () => {
    const context: Record<string, string> = { profile: 'huge' }
    expect(() => withOverrides(minimal, name => context[name])).toThrow(
      'profile: got "huge", allowed: starter, standard, regulated',
    )
  })

  test('allow every Region in which Lambda@Edge runs as home Region', () => {
    expect(lambdaEdgeRegions.filter(region => !isRegion(region))).toEqual([])
  })

  test.each([
    ['an unknown setting', { ...minimal, region: 'eu-west-1' }, 'region: got a field that is not known'],
    [
      'a quota of more than half of the requests of the api',
      { ...minimal, callerQuota: 3001 },
      'callerQuota: got 3001, allowed: 100 to 3000: half of requestsPerSecond, 100, over a minute',
    ],
    ['no home Region', {}, 'homeRegions: got nothing, allowed: a list of Regions'],
    ['a name that no bucket could have', { ...minimal, name: 'Once_1' }, 'name: got "Once_1", allowed: 3 to 16'],
    [
      'a strongly consistent table across groups, which the CDK refuses',
      { mode: 'strong', homeRegions: ['us-east-1', 'eu-west-1', 'ap-northeast-1'] },
      'homeRegions: got ["us-east-1","eu-west-1","ap-northeast-1"], allowed: in mode "strong" two or three of one group: us-east-1, us-east-2',
    ],
    [
      'a witness that is also a replica',
      { mode: 'strong', homeRegions: ['us-east-1', 'us-east-2'], witnessRegion: 'us-east-1' },
      'allowed: in mode "strong" exactly two, and another as witnessRegion',
    ],
    [
      'a witness in mode home',
      { ...minimal, witnessRegion: 'eu-west-2' },
      'witnessRegion: got mode "home", allowed: only in mode "strong"',
    ],
    [
      'a private api in another Region than the files',
      { ...minimal, network: 'private', apiRegions: ['ap-south-1'] },
      'apiRegions: got ["ap-south-1"], allowed: with network "private" only eu-west-1',
    ],
    [
      'removing the first home Region, which has the files',
      { ...minimal, leavingRegions: ['eu-west-1'] },
      'leavingRegions: got ["eu-west-1"], allowed: home Regions but not the first: ap-south-1',
    ],
    ['a hosted zone without a domain', { ...minimal, hostedZoneId: 'Z1' }, 'hostedZoneId: got Z1, allowed: only with'],
    [
      'a domain without a certificate',
      { ...minimal, domainName: 'files.example.com' },
      'certificateArn: got nothing, allowed: with domainName, a certificate, or hostedZoneId and hostedZoneName',
    ],
    [
      'a certificate in another Region',
      {
        ...minimal,
        domainName: 'files.example.com',
        certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a',
      },
      'allowed: the ARN of a certificate in us-east-1',
    ],
    [
      'a hosted zone without its name',
      { ...minimal, domainName: 'a.example.com', hostedZoneId: 'Z1' },
      'together with hostedZoneId',
    ],
    [
      'a domain that is not in the hosted zone',
      { ...minimal, domainName: 'files.example.com', hostedZoneId: 'Z1', hostedZoneName: 'example.org' },
      'domainName: got files.example.com, allowed: in the zone example.org',
    ],
    [
      'a page for senders without a login',
      { ...minimal, sendPage },
      'sendPage: got a page without auth, allowed: only with auth',
    ],
    [
      'a page for senders of a private network',
      { ...minimal, auth: { ...auth, jwks }, sendPage, network: 'private' },
      'sendPage: got a page with network "private", allowed: only with network "public"',
    ],
    [
      'a page for senders without an API in its Region',
      { ...minimal, auth, sendPage, apiRegions: ['ap-south-1'] },
      'apiRegions: got ["ap-south-1"], allowed: with sendPage also eu-west-1',
    ],
    [
      'a page for senders at the host of links',
      {
        ...minimal,
        auth,
        sendPage: { ...sendPage, domainName: 'a.example.com' },
        domainName: 'a.example.com',
        certificateArn,
      },
      'sendPage.domainName: got a.example.com, allowed: another host than domainName',
    ],
    [
      'a host of the page whose certificate would be made outside of us-east-1',
      {
        ...minimal,
        auth,
        sendPage: { ...sendPage, domainName: 'a.example.com' },
        hostedZoneId: 'Z1',
        hostedZoneName: 'example.com',
      },
      'certificateArn: got nothing, allowed: with sendPage.domainName and the first home Region eu-west-1 a certificate',
    ],
    [
      'a host of the page that is not in the hosted zone, or has no certificate',
      { homeRegions: ['us-east-1'], auth, sendPage: { ...sendPage, domainName: 'a.example.com' } },
      'certificateArn: got nothing, allowed: with sendPage.domainName, a certificate, or hostedZoneId',
    ],
    [
      'a parameter that the login of the page sets itself',
      { ...minimal, auth, sendPage: { ...sendPage, parameters: { state: 'x' } } },
      'sendPage.parameters.state: got "state", allowed: parameters beside those of the login itself, so not client_id',
    ],
    [
      'an origin of the provider without TLS, or with a path',
      { ...minimal, auth, sendPage: { ...sendPage, origins: ['http://a.example.com', 'https://a.example.com/token'] } },
      'sendPage.origins.1: got "https://a.example.com/token", allowed: https://HOST without a path',
    ],
    [
      'a limit of capabilities below their default life',
      { ...minimal, maxUrlSeconds: 20 },
      'urlSeconds: got 30, allowed: at most maxUrlSeconds, 20',
    ],
  ])('are refused by name: %s', (_, settings, message) => {
    expect(() => parseSettings(settings)).toThrow(message)
  })
})

test.each(['keys', 'events', 'plan', 'api', 'region', 'tokens'])(
  'a name can’t end as a stack or an API of another deployment may: -%s',
  kind => {
    expect(() => parseSettings({ ...minimal, name: `once-${kind}` })).toThrow(
      `name: got "once-${kind}", allowed: 3 to 16 characters out of a-z 0-9 -, a letter first, not ending in -keys, -events, -plan, -api, -region, -tokens`,
    )
    expect(parseSettings({ ...minimal, name: `once-${kind}s` }).name).toBe(`once-${kind}s`)
  },
)

describe('the command line', () => {
  const override = (context: Record<string, unknown>) => withOverrides(deployment, name => context[name])

  test('overrides the file', () => {
    expect(
      override({ mode: 'strong', homeRegions: 'us-east-1,us-east-2', deletionProtection: 'false', rotationDays: '7' }),
    ).toMatchObject({
      mode: 'strong',
      homeRegions: ['us-east-1', 'us-east-2'],
      deletionProtection: false,
      rotationDays: 7,
      name: 'once',
    })
  })

  test('writes numbers and booleans of lists and objects too', () => {
    expect(parseSettings(override({ leavingRegions: 'us-east-2', rotationDays: '3', events: 'true' }))).toMatchObject({
      leavingRegions: ['us-east-2'],
      rotationDays: 3,
      events: true,
    })
  })

  test('writes each setting that is a list or an object as one', () => {
    const compound = Object.entries(inputFields)
      .filter(([, field]) =>
        ['array', 'record', 'strict_object'].includes('wrapped' in field ? field.wrapped.type : ''),
      )
      .map(([name]) => name)
    expect(compound).toEqual(
      expect.arrayContaining(['apiRegions', 'auth', 'brand', 'hostedZone', 'issuers', 'nearestReplica']),
    )
    const texts = compound.filter(
      name => typeof (override({ [name]: '{"a":"b"}' }) as Record<string, unknown>)[name] === 'string',
    )
    expect(texts).toEqual([])
  })

  test('changes nothing by default', () => {
    expect(override({})).toEqual(deployment)
  })

  test('can remove a setting of the file', () => {
    expect(override({ network: '' })).not.toHaveProperty('network')
  })

  test('is checked like the file', () => {
    expect(() => parseSettings(override({ homeRegions: 'eu-west-1,mars-1' }))).toThrow('homeRegions.1: got "mars-1"')
    expect(() => parseSettings(override({ deletionProtection: 'yes' }))).toThrow(
      'deletionProtection: got "yes", allowed: true or false',
    )
  })
})
