import { describe, expect, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import type { LinkStore } from '../../../api/ports.ts'
import type { Region } from '../../../shared/regions.ts'
import { testApi } from '../../support/api/api.ts'
import { makeLink } from '../../support/table/links.ts'
import { instantly, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'

// Sorted by distance from us-east-1, where the API of these tests runs.
const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const strong = { mode: 'strong', homeRegions } as const

/** Makes one table for all Regions, of which those in `unavailable` don't respond; notes every call. */
function linksWithout(unavailable: readonly Region[]) {
  const ports = { now: () => 0, publish: () => undefined }
  const whole = dynamodbLinks('links', instantly(simulatedDynamoDB(homeRegions, 'strong', ports)))
  const calls: string[] = []
  const written: string[] = []
  const isDown = (verb: string, region: Region) => {
    calls.push(`${verb} ${region}`)
    return unavailable.includes(region)
  }
  const rejects = async () => Promise.reject(new Error('no response'))
  const links: LinkStore = {
    put: async (link, region) => (written.push(link.id), isDown('put', region) ? 'unsure' : whole.put(link, region)),
    find: async (id, region) => (isDown('find', region) ? rejects() : whole.find(id, region)),
    revoke: async (link, region) => (isDown('revoke', region) ? rejects() : whole.revoke(link, region)),
    replace: async (link, region, by) => (isDown('replace', region) ? rejects() : whole.replace(link, region, by)),
  }
  return { links, whole, calls, written }
}

describe('in mode strong', () => {
  test('every request goes only to the nearest replica while that responds, whatever the home of the link', async () => {
    const { links, calls } = linksWithout([])
    const api = testApi({ links }, strong)
    const { body } = await api.call('POST', '/links', { body: { key: 'k', homeRegion: 'ap-northeast-1' } })
    await api.call('GET', `/links/${body.id}`)
    await api.call('DELETE', `/links/${body.id}`)
    expect(calls).toEqual(['put us-east-1', 'find us-east-1', 'find us-east-1', 'revoke us-east-1'])
  })

  test('a link that may or may not have been written is written again in the next Region, with another nonce', async () => {
    const { links, calls, written } = linksWithout(['us-east-1', 'eu-west-1'])
    const response = await testApi({ links }, strong).call('POST', '/links', { body: { key: 'k' } })
    expect(response).toMatchObject({ status: 201, body: { id: written[2] } })
    expect(new Set(written).size).toBe(3)
    expect(calls).toEqual(['put us-east-1', 'put eu-west-1', 'put ap-northeast-1'])
  })

  test('a link is shown and revoked through the next replica if the nearest does not respond', async () => {
    const { links, whole, calls } = linksWithout(['us-east-1'])
    const api = testApi({ links }, strong)
    const { link } = makeLink({ state: 'live' })
    await whole.put(link, 'us-east-1')
    expect((await api.call('GET', `/links/${link.id}`)).body).toMatchObject({ id: link.id, state: 'live' })
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(204)
    expect((await api.call('GET', `/links/${link.id}`)).body).toMatchObject({ state: 'revoked' })
    expect(calls.slice(0, 2)).toEqual(['find us-east-1', 'find eu-west-1'])
    expect(calls.filter(line => line.startsWith('revoke'))).toEqual(['revoke us-east-1', 'revoke eu-west-1'])
  })

  test('a link that one replica does not have is not read elsewhere: all have the same items', async () => {
    const { links, calls } = linksWithout([])
    expect((await testApi({ links }, strong).call('GET', `/links/${makeLink().link.id}`)).status).toBe(404)
    expect(calls).toEqual(['find us-east-1'])
  })

  test('if no replica responds, every request gets 503, after one call to each', async () => {
    const { links, calls } = linksWithout(homeRegions)
    const api = testApi({ links }, strong)
    const { id } = makeLink().link
    expect((await api.call('POST', '/links', { body: { key: 'k' } })).status).toBe(503)
    expect((await api.call('GET', `/links/${id}`)).status).toBe(503)
    expect((await api.call('DELETE', `/links/${id}`)).status).toBe(503)
    expect(calls.map(line => line.split(' ')[0]).join(' ')).toBe('put put put find find find find find find')
    expect(api.lines[1]).toMatchObject({ reason: 'unavailable', error: 'Error' })
  })
})

describe('in mode home', () => {
  test('a link is written in its home Region only, in up to three attempts', async () => {
    const { links, calls } = linksWithout(['eu-west-1'])
    const api = testApi({ links }, { homeRegions })
    expect((await api.call('POST', '/links', { body: { key: 'k', homeRegion: 'eu-west-1' } })).status).toBe(503)
    expect(calls).toEqual(['put eu-west-1', 'put eu-west-1', 'put eu-west-1'])
  })

  test('a link is not revoked elsewhere if its home Region does not respond', async () => {
    const { links, whole, calls } = linksWithout([])
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    await whole.put(link, 'eu-west-1')
    const revoke: LinkStore['revoke'] = async (_, region) =>
      Promise.reject(new Error(`no response from ${calls.push(region)}`))
    const api = testApi({ links: { ...links, revoke } }, { homeRegions })
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(503)
    expect(calls.filter(line => !line.startsWith('find'))).toEqual(['eu-west-1'])
  })
})
