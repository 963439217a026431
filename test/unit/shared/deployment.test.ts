import { describe, expect, test } from 'vitest'
import { parseDeployment } from '../../../shared/settings/deployment.ts'

const minimal = {
  mode: 'home',
  homeRegions: ['eu-west-1', 'us-east-1'],
  linkOrigin: 'https://files.example.com',
  linksTable: 'once-links',
  apiStateTable: 'once-api-state',
  secretName: 'once-keys',
}

describe('a deployment', () => {
  test.each([
    ['an unknown field', { ...minimal, tableName: 'x' }, 'deployment: tableName: got a field that is not known'],
    ['a missing field', { ...minimal, linksTable: undefined }, 'linksTable: got nothing, allowed: 3 to 255 characters'],
    [
      'a mode that could have two winners',
      { ...minimal, mode: 'nearest' },
      'mode: got "nearest", allowed: "home" or "strong"',
    ],
    ['a Region twice', { ...minimal, homeRegions: ['eu-west-1', 'eu-west-1'] }, 'allowed: each Region once'],
    [
      'plain HTTP',
      { ...minimal, linkOrigin: 'http://files.example.com' },
      'linkOrigin: got "http://files.example.com", allowed: https://HOST',
    ],
    [
      'a URL life too short',
      { ...minimal, urlSeconds: 4 },
      'urlSeconds: got 4, allowed: a whole number of seconds from 5 to 3600',
    ],
    [
      'a default life over the longest',
      { ...minimal, maxLinkSeconds: 600 },
      'linkSeconds: got 86400, allowed: at most maxLinkSeconds, 600',
    ],
    [
      'IPv6 without the gate',
      { ...minimal, gate: false, ipv6: true },
      'ipv6: got true, allowed: true only with gate: true',
    ],
    [
      'receipts that end before their capability',
      { ...minimal, receiptSeconds: 3604 },
      'receiptSeconds: got 3604, allowed: a whole number of seconds from 86405 to 31622400',
    ],
    [
      'a nearest replica in mode home',
      { ...minimal, nearestReplica: { 'ap-south-1': 'us-east-1' } },
      'nearestReplica: got mode "home", allowed: only in mode "strong"',
    ],
    ['not an object', 'home', 'deployment: (whole): got "home", allowed: an object'],
  ])('with %s is refused, naming it', (_, input, message) => {
    expect(() => parseDeployment(input)).toThrow(message)
  })

  test.each([
    'http://127.0.0.1',
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'https://127.0.0.1:8443',
    'https://localhost:8443',
    'https://d1.cloudfront.net',
  ])('may have links at %s', linkOrigin => {
    expect(parseDeployment({ ...minimal, linkOrigin }).linkOrigin).toBe(linkOrigin)
  })

  test.each([
    'x https://a.example',
    'https://a',
    'https://a.example:1',
    'https://localhost:8443/',
    'https://localhost.example:8443',
    'http://127.0.0.1:123456',
  ])('may not have links at %s', linkOrigin => {
    expect(() => parseDeployment({ ...minimal, linkOrigin })).toThrow('linkOrigin: got')
  })

  test.each(['ab', 'a/b', 'x'.repeat(256), 'a b', 'ab!', '!abc', 'abc!'])(
    'may not have a table named %j',
    linksTable => {
      expect(() => parseDeployment({ ...minimal, linksTable })).toThrow('linksTable: got')
    },
  )

  test('may have a default life of links as long as the longest', () => {
    expect(parseDeployment({ ...minimal, linkSeconds: 600, maxLinkSeconds: 600 }).linkSeconds).toBe(600)
  })

  test('with a long value is refused without repeating all of it', () => {
    expect(() => parseDeployment({ ...minimal, secretName: '?'.repeat(500) })).toThrow(
      `secretName: got "${'?'.repeat(99)}…, allowed`,
    )
  })

  test('with several invalid fields is refused, naming them all', () => {
    expect(() => parseDeployment({ ...minimal, mode: 'x', urlSeconds: 1 })).toThrow(/mode: .*; urlSeconds: /)
  })
})

describe('a strongly consistent deployment', () => {
  const strong = { ...minimal, mode: 'strong', homeRegions: ['eu-west-1', 'us-east-1', 'ap-northeast-1'] }

  test('has three Regions, and may set the nearest replica of a Region', () => {
    const nearestReplica = { 'ap-south-1': 'eu-west-1', 'sa-east-1': 'us-east-1' }
    expect(parseDeployment({ ...strong, nearestReplica })).toMatchObject({ ...strong, nearestReplica })
  })

  const exactlyThree = 'allowed: in mode "strong" exactly three of us-east-1, us-east-2, us-west-2, ca-central-1'
  test.each([
    [
      'two Regions',
      { homeRegions: ['eu-west-1', 'us-east-1'] },
      `homeRegions: got ["eu-west-1","us-east-1"], ${exactlyThree}`,
    ],
    [
      'a Region that cannot be strong',
      { homeRegions: ['eu-west-1', 'us-east-1', 'sa-east-1'] },
      `homeRegions: got ["eu-west-1","us-east-1","sa-east-1"], ${exactlyThree}`,
    ],
    [
      'a nearest replica in a Region without one',
      { nearestReplica: { 'ap-south-1': 'us-west-2' } },
      'nearestReplica.ap-south-1: got "us-west-2", allowed: one of eu-west-1, us-east-1, ap-northeast-1',
    ],
    [
      'a nearest replica for an unknown Region',
      { nearestReplica: { 'mars-1': 'us-east-1' } },
      'nearestReplica.mars-1: got "mars-1", allowed: as names us-east-1',
    ],
  ])('with %s is refused, naming it', (_, fields, message) => {
    expect(() => parseDeployment({ ...strong, ...fields })).toThrow(message)
  })
})
