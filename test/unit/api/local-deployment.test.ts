import { describe, expect, test } from 'vitest'
import { apiDeployment, withEnvironment } from '../../../api/local-deployment.ts'
import { parseDeployment } from '../../../shared/settings/deployment.ts'

const base = {
  mode: 'home',
  homeRegions: ['us-east-1', 'eu-west-1'],
  secretRegions: ['us-east-1', 'eu-west-1', 'us-west-2'],
  linksTable: 'links',
  apiStateTable: 'api-state',
  secretName: 'keys',
}

describe('the environment of the API', () => {
  const deployment = parseDeployment(base)
  const entry = { id: 'a', group: 'staff', prefixes: ['a/'], verbs: ['issue'] }

  test('has issuers, and the keys that the distribution serves', () => {
    expect(withEnvironment(deployment, {})).toEqual({ ...deployment, issuers: undefined })
    const given = { ISSUERS: JSON.stringify([entry]), CONTENT_PREFIXES: '["media/",""]' }
    expect(withEnvironment(deployment, given)).toMatchObject({ issuers: [entry], contentPrefixes: ['media/', ''] })
  })

  test('stops the function if it is wrong', () => {
    for (const CONTENT_PREFIXES of ['[]', '["media"]', '"media/"', '[7]', '{}'])
      expect(() => withEnvironment(deployment, { CONTENT_PREFIXES }), CONTENT_PREFIXES).toThrow('CONTENT_PREFIXES: got')
    expect(() => withEnvironment(deployment, { ISSUERS: JSON.stringify([{ ...entry, prefixes: ['a'] }]) })).toThrow(
      'issuers.0.prefixes.0',
    )
  })
})

describe('the deployment of the API', () => {
  test('has the origin of links from its environment, if only AWS knew it', () => {
    const here = apiDeployment(parseDeployment(base), 'eu-west-1', 'https://d1.cloudfront.net')
    expect(here).toMatchObject({ linkOrigin: 'https://d1.cloudfront.net', homeRegions: ['us-east-1', 'eu-west-1'] })
  })

  test('prefers the origin in the deployment', () => {
    const deployment = parseDeployment({ ...base, linkOrigin: 'https://files.example.com' })
    expect(apiDeployment(deployment, 'eu-west-1', 'https://x.example').linkOrigin).toBe('https://files.example.com')
  })

  test('does not load without an origin', () => {
    expect(() => apiDeployment(parseDeployment(base), 'eu-west-1', undefined)).toThrow('set LINK_ORIGIN')
  })

  test('in a private network has only its own Region, for links, keys and replicas', () => {
    const strong = ['eu-west-1', 'eu-west-2', 'eu-central-1']
    const deployment = parseDeployment({
      ...base,
      mode: 'strong',
      network: 'private',
      homeRegions: strong,
      secretRegions: strong,
      nearestReplica: { 'eu-west-1': 'eu-west-2' },
    })
    expect(apiDeployment(deployment, 'eu-west-1', 'https://x.example')).toMatchObject({
      homeRegions: ['eu-west-1'],
      secretRegions: ['eu-west-1'],
      nearestReplica: {},
    })
    expect(() => apiDeployment(deployment, 'us-east-1', 'https://x.example')).toThrow('in a home Region')
  })
})
