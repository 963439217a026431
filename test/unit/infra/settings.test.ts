import { describe, expect, test } from 'vitest'
import { withOverrides } from '../../../infra/context.ts'
import { deployment } from '../../../infra/deployment.ts'
import { deploymentOf, parseSettings } from '../../../infra/parse-settings.ts'
import { apiRegionsOf, lambdaEdgeRegions, regionsOf, secretRegionsOf } from '../../../infra/settings.ts'
import { isRegion } from '../../../shared/regions.ts'

const minimal = { homeRegions: ['eu-west-1', 'ap-south-1'] }

describe('settings', () => {
  test('what infra/deployment.ts says can be deployed', () => {
    expect(parseSettings(deployment)).toMatchObject({
      name: 'once',
      mode: 'home',
      deletionProtection: true,
      rotationDays: 30,
    })
  })

  test('need no more than home Regions: the rest is as most want it', () => {
    const settings = parseSettings(minimal)
    expect(apiRegionsOf(settings)).toEqual(['eu-west-1'])
    expect(settings.edgeRegions).toEqual(lambdaEdgeRegions)
    expect(regionsOf(settings)).toHaveLength(13)
    expect(deploymentOf(settings)).toMatchObject({
      linksTable: 'once-links',
      secretName: 'once-keys',
      signer: 'secret',
      network: 'public',
    })
  })

  test('let no caller use more than half of what the api takes, unless less is said, and the largest batch always', () => {
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

  test('the secret is where the edge runs, where the api is, and in us-east-1', () => {
    const settings = parseSettings({ ...minimal, edgeRegions: ['eu-west-1'], apiRegions: ['eu-central-1'] })
    expect(secretRegionsOf(settings)).toEqual(['us-east-1', 'eu-west-1', 'eu-central-1'])
  })

  test('every Region in which Lambda@Edge runs can be a home', () => {
    expect(lambdaEdgeRegions.filter(region => !isRegion(region))).toEqual([])
  })

  test.each([
    ['an unknown setting', { ...minimal, region: 'eu-west-1' }, 'region: got a field that is not known'],
    [
      'a quota that the largest batch would not fit into',
      { ...minimal, callerQuota: 99 },
      'callerQuota: got 99, allowed: a whole number of requests a minute from 100 to 60000',
    ],
    [
      'a quota that lets one caller use all of the api',
      { ...minimal, callerQuota: 3001 },
      'callerQuota: got 3001, allowed: 100 to 3000: half of requestsPerSecond, 100, over a minute',
    ],
    [
      'a quota that is too much for a small api',
      { ...minimal, callerQuota: 301, requestsPerSecond: 10 },
      'callerQuota: got 301, allowed: 100 to 300: half of requestsPerSecond, 10, over a minute',
    ],
    ['no home', {}, 'homeRegions: got nothing, allowed: a list of Regions'],
    ['a name that no bucket could have', { ...minimal, name: 'Once_1' }, 'name: got "Once_1", allowed: 2 to 16'],
    ['a mode that could have two winners', { ...minimal, mode: 'any' }, 'mode: got "any", allowed: "home" or "strong"'],
    [
      'a strong table across groups, which the CDK refuses',
      { mode: 'strong', homeRegions: ['us-east-1', 'eu-west-1', 'ap-northeast-1'] },
      'homeRegions: got ["us-east-1","eu-west-1","ap-northeast-1"], allowed: in mode "strong" one of us-east-1, us-east-2',
    ],
    [
      'a strong table of two',
      { mode: 'strong', homeRegions: ['us-east-1', 'us-east-2'] },
      'homeRegions: got ["us-east-1","us-east-2"], allowed: in mode "strong" exactly three',
    ],
    [
      'a witness that is a replica as well',
      { mode: 'strong', homeRegions: ['us-east-1', 'us-east-2'], witnessRegion: 'us-east-1' },
      'allowed: in mode "strong" exactly two, and another as witnessRegion',
    ],
    [
      'a witness where none is needed',
      { ...minimal, witnessRegion: 'eu-west-2' },
      'witnessRegion: got mode "home", allowed: only in mode "strong"',
    ],
    [
      'a private api away from the files',
      { ...minimal, network: 'private', apiRegions: ['ap-south-1'] },
      'apiRegions: got ["ap-south-1"], allowed: with network "private" only eu-west-1',
    ],
    [
      'an edge where none runs',
      { ...minimal, edgeRegions: ['eu-west-3'] },
      'edgeRegions: got ["eu-west-3"], allowed: Regions in which Lambda@Edge runs',
    ],
    ['a certificate without a domain', { ...minimal, hostedZoneId: 'Z1' }, 'hostedZoneId: got Z1, allowed: only with'],
    [
      'a domain without a certificate',
      { ...minimal, domainName: 'files.example.com' },
      'certificateArn: got nothing, allowed: with domainName, it or hostedZoneId and hostedZoneName',
    ],
    [
      'a certificate elsewhere',
      {
        ...minimal,
        domainName: 'files.example.com',
        certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a',
      },
      'allowed: the ARN of one in us-east-1',
    ],
    [
      'a zone that is not the domain’s',
      { ...minimal, domainName: 'files.example.com', hostedZoneId: 'Z1', hostedZoneName: 'example.org' },
      'domainName: got files.example.com, allowed: in the zone example.org',
    ],
    ['half a zone', { ...minimal, domainName: 'a.example.com', hostedZoneId: 'Z1' }, 'together with hostedZoneId'],
    [
      'a log that is kept 91 days',
      { ...minimal, logRetentionDays: 91 },
      'logRetentionDays: got 91, allowed: one of 1,',
    ],
    ['what functions are told wrongly', { ...minimal, urlSeconds: 4 }, 'urlSeconds: got 4, allowed: a whole number'],
  ])('refuse %s, by name', (_, settings, message) => {
    expect(() => parseSettings(settings)).toThrow(message)
  })
})

describe('the command line', () => {
  const read = (context: Record<string, unknown>) => withOverrides(deployment, name => context[name])

  test('goes before the file', () => {
    expect(
      read({ mode: 'strong', homeRegions: 'us-east-1,us-east-2', deletionProtection: 'false', rotationDays: '7' }),
    ).toMatchObject({
      mode: 'strong',
      homeRegions: ['us-east-1', 'us-east-2'],
      deletionProtection: false,
      rotationDays: 7,
      name: 'once',
    })
  })

  test('leaves the file alone where it says nothing', () => {
    expect(read({})).toEqual(deployment)
  })

  test('can take back what the file says', () => {
    expect(read({ network: '' })).not.toHaveProperty('network')
  })

  test('is checked like the file', () => {
    expect(() => parseSettings(read({ homeRegions: 'eu-west-1,mars-1' }))).toThrow('homeRegions.1: got "mars-1"')
    expect(() => parseSettings(read({ deletionProtection: 'yes' }))).toThrow(
      'deletionProtection: got "yes", allowed: true or false',
    )
  })
})
