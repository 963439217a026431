import { describe, expect, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import type { LinkStore } from '../../../api/ports.ts'
import type { Region } from '../../../shared/regions.ts'
import { testApi } from '../../support/api.ts'
import { makeLink } from '../../support/links.ts'
import { instantly, simulatedDynamoDB } from '../../support/simulated-dynamodb.ts'

// Nearest to us-east-1, where the api of these tests runs, first.
const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const strong = { mode: 'strong', homeRegions } as const

/** One table for all Regions of which those in `away` don't answer; notes what was asked where. */
function linksWithout(away: readonly Region[]) {
  const world = { now: () => 0, publish: () => undefined }
  const whole = dynamodbLinks('links', instantly(simulatedDynamoDB(homeRegions, 'strong', world)))
  const asked: string[] = []
  const written: string[] = []
  const at = (verb: string, region: Region) => {
    asked.push(`${verb} ${region}`)
    return away.includes(region)
  }
  const gone = async () => Promise.reject(new Error('no answer'))
  const links: LinkStore = {
    put: async (link, region) => (written.push(link.id), at('put', region) ? 'unsure' : whole.put(link, region)),
    find: async (id, region) => (at('find', region) ? gone() : whole.find(id, region)),
    revoke: async (link, region) => (at('revoke', region) ? gone() : whole.revoke(link, region)),
  }
  return { links, whole, asked, written }
}

describe('in mode strong', () => {
  test('every request goes to the nearest replica alone while that answers, whatever the home of the link', async () => {
    const { links, asked } = linksWithout([])
    const api = testApi({ links }, strong)
    const { body } = await api.call('POST', '/links', { body: { key: 'k', homeRegion: 'ap-northeast-1' } })
    await api.call('GET', `/links/${body.id}`)
    await api.call('DELETE', `/links/${body.id}`)
    expect(asked).toEqual(['put us-east-1', 'find us-east-1', 'find us-east-1', 'revoke us-east-1'])
  })

  test('a link that may or may not have been written is made again in the next Region, under another nonce', async () => {
    const { links, asked, written } = linksWithout(['us-east-1', 'eu-west-1'])
    const answer = await testApi({ links }, strong).call('POST', '/links', { body: { key: 'k' } })
    expect(answer).toMatchObject({ status: 201, body: { id: written[2] } })
    expect(new Set(written).size).toBe(3)
    expect(asked).toEqual(['put us-east-1', 'put eu-west-1', 'put ap-northeast-1'])
  })

  test('a link is shown and revoked through the next replica when the nearest does not answer', async () => {
    const { links, whole, asked } = linksWithout(['us-east-1'])
    const api = testApi({ links }, strong)
    const { link } = makeLink({ state: 'live' })
    await whole.put(link, 'us-east-1')
    expect((await api.call('GET', `/links/${link.id}`)).body).toMatchObject({ id: link.id, state: 'live' })
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(204)
    expect((await api.call('GET', `/links/${link.id}`)).body).toMatchObject({ state: 'revoked' })
    expect(asked.slice(0, 2)).toEqual(['find us-east-1', 'find eu-west-1'])
    expect(asked.filter(line => line.startsWith('revoke'))).toEqual(['revoke us-east-1', 'revoke eu-west-1'])
  })

  test('a link that one replica does not know is not looked for elsewhere: all are one', async () => {
    const { links, asked } = linksWithout([])
    expect((await testApi({ links }, strong).call('GET', `/links/${makeLink().link.id}`)).status).toBe(404)
    expect(asked).toEqual(['find us-east-1'])
  })

  test('without any replica every request is a 503, and each was asked once', async () => {
    const { links, asked } = linksWithout(homeRegions)
    const api = testApi({ links }, strong)
    const { id } = makeLink().link
    expect((await api.call('POST', '/links', { body: { key: 'k' } })).status).toBe(503)
    expect((await api.call('GET', `/links/${id}`)).status).toBe(503)
    expect((await api.call('DELETE', `/links/${id}`)).status).toBe(503)
    expect(asked.map(line => line.split(' ')[0]).join(' ')).toBe('put put put find find find find find find')
    expect(api.lines[1]).toMatchObject({ reason: 'unavailable', error: 'Error' })
  })
})

describe('in mode home', () => {
  test('a link is written at its home and nowhere else, three times if need be', async () => {
    const { links, asked } = linksWithout(['eu-west-1'])
    const api = testApi({ links }, { homeRegions })
    expect((await api.call('POST', '/links', { body: { key: 'k', homeRegion: 'eu-west-1' } })).status).toBe(503)
    expect(asked).toEqual(['put eu-west-1', 'put eu-west-1', 'put eu-west-1'])
  })

  test('a link is not revoked anywhere else when its home does not answer', async () => {
    const { links, whole, asked } = linksWithout([])
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    await whole.put(link, 'eu-west-1')
    const revoke: LinkStore['revoke'] = async (_, region) =>
      Promise.reject(new Error(`no answer from ${asked.push(region)}`))
    const api = testApi({ links: { ...links, revoke } }, { homeRegions })
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(503)
    expect(asked.filter(line => !line.startsWith('find'))).toEqual(['eu-west-1'])
  })
})
