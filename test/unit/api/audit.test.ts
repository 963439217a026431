import { describe, expect, test } from 'vitest'
import { accessControl } from '../../../api/access.ts'
import { type AuditBus, type AuditEvent, auditMs, createAudit, type LostEvents } from '../../../api/audit.ts'
import { auditBus } from '../../../api/adapters/audit.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import { proxyEvent, testApi } from '../../support/api/api.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { eventBridgeHere } from '../../support/events/event-bridge.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { asRole, asToken, issuersOf } from '../../support/api/issuers.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'

/** An audit on a bus in memory, or on `put`, with what it sends and what it reports. */
function testAudit(put?: AuditBus['put'], issuers?: WithIssuers['issuers']) {
  const sent: AuditEvent[][] = []
  const timeouts: number[] = []
  const lost: LostEvents[] = []
  const clock = manualClock()
  const bus: AuditBus = {
    async put(events, timeoutMs) {
      sent.push([...events])
      timeouts.push(timeoutMs)
      return put === undefined ? [] : put(events, timeoutMs)
    },
  }
  const about = { deployment: 'once', admit: accessControl(issuers) }
  const audit = createAudit(about, { clock, bus, reportLost: each => void lost.push(each) })
  const api = testApi({ audit }, { issuers })
  const exchange = testExchange({ deployment: { issuers }, ports: { audit } })
  return { audit, api, exchange, sent, timeouts, lost, clock, events: () => sent.flat() }
}

const arn = 'arn:aws:sts::111122223333:assumed-role/reports/one'

describe('the audit', () => {
  test('has an event for a link that is issued, with its caller, and without key, nonce or reference', async () => {
    const { api, events, lost } = testAudit()
    const link = { key: 'reports/secret-name.pdf', reference: 'case 17', filename: 'secret-name.pdf' }
    const { body } = await api.call('POST', '/links', { body: link, identity: { userArn: arn } })
    expect(events()).toEqual([
      {
        eventId: 'r-1',
        deployment: 'once',
        action: 'issue',
        outcome: 'done',
        id: body.id,
        caller: arn,
        status: 201,
        requestId: 'r-1',
        at: '2026-11-24T12:00:00Z',
      },
    ])
    const text = JSON.stringify(events())
    for (const secret of [body.url?.slice(-43) ?? '', 'secret-name', 'case 17']) expect(text).not.toContain(secret)
    expect(lost).toEqual([])
  })

  test('has an event for each revocation, exchange and refusal, and none for what is shown or listed', async () => {
    const { api, exchange, events } = testAudit()
    const { body } = await api.call('POST', '/links', { body: { key: 'k' } })
    await api.call('GET', `/links/${body.id}`)
    await api.call('GET', '/links')
    await api.call('DELETE', `/links/${body.id}`)
    await api.call('GET', `/links/${'A'.repeat(22)}`)
    await api.call('POST', '/links', { body: { key: 'a*b' } })
    await api.call('PUT', '/links')
    await api.call('GET', '/elsewhere')
    const { nonce, link } = makeLink()
    await exchange.store.links.put(link, 'us-east-1')
    await exchange.exchange(nonce)
    await exchange.exchange(nonce)
    const seen = events().map(({ action, outcome, reason, id }) => [action, outcome, reason, id])
    expect(seen).toEqual([
      ['issue', 'done', undefined, body.id],
      ['revoke', 'done', undefined, body.id],
      ['read', 'refused', 'no-such-link', undefined],
      ['issue', 'refused', 'invalid-fields', undefined],
      ['unknown', 'refused', 'method-not-allowed', undefined],
      ['unknown', 'refused', 'no-such-route', undefined],
      ['exchange', 'done', undefined, link.id],
      ['exchange', 'refused', 'spent', link.id],
    ])
    expect(JSON.stringify(events())).not.toContain(nonce)
  })

  test('names the issuer, and the caller that is none', async () => {
    const issuers = issuersOf(
      { id: 'reports', principal: 'arn:aws:iam::111122223333:role/reports', prefixes: ['reports/'], verbs: ['issue'] },
      { id: 'people', group: 'staff', prefixes: ['staff/'], verbs: ['issue'] },
    )
    const { api, events } = testAudit(undefined, issuers)
    const body = { key: 'reports/1' }
    await api.call('POST', '/links', { body, ...asRole('reports') })
    await api.call('POST', '/links', { body, ...asRole('other') })
    await api.call('POST', '/links', { body, ...asToken('me', ['staff']) })
    await api.call('DELETE', `/links/${'A'.repeat(22)}`, asRole('reports'))
    const seen = events().map(({ issuer, caller, reason }) => [issuer, /[^:]*$/.exec(caller)?.[0], reason])
    expect(seen).toEqual([
      ['reports', expect.stringContaining('assumed-role/reports/'), undefined],
      [undefined, expect.stringContaining('assumed-role/other/'), 'not-an-issuer'],
      ['people', expect.stringMatching(/\/me$/), 'key-not-allowed'],
      ['reports', expect.stringContaining('assumed-role/reports/'), 'verb-not-allowed'],
    ])
  })

  test('names the issuer of a token that ends while its request runs', async () => {
    const issuers = issuersOf({ id: 'people', group: 'staff', prefixes: ['staff/'], verbs: ['issue'] })
    const { audit, events, clock } = testAudit(undefined, issuers)
    const arrivedAt = clock.now()
    clock.advance(60_000)
    const event = proxyEvent('POST', '/links', asToken('me', ['staff'], secondsFromNoon(30)))
    await audit(event, arrivedAt, [{ outcome: 'issued', status: 201, requestId: 'r-1', ms: 60_000 }])
    expect(events()).toMatchObject([{ action: 'issue', outcome: 'done', issuer: 'people' }])
  })

  test('has an event for each link of a batch, at most ten in a request', async () => {
    const { api, sent, events } = testAudit()
    const links = Array.from({ length: 25 }, (_, index) => ({ key: index % 10 === 3 ? 'a*b' : 'k' }))
    await api.call('POST', '/links/batch', { body: { links } })
    expect(sent.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([10, 10, 5])
    const refused = events().filter(({ outcome }) => outcome === 'refused')
    expect(refused.map(({ item }) => item).toSorted((a, b) => Number(a) - Number(b))).toEqual([3, 13, 23])
    expect(new Set(events().map(({ eventId }) => eventId)).size).toBe(25)
  })
})

describe('if the bus fails', () => {
  const failing: readonly (readonly [string, AuditBus['put'], string])[] = [
    ['because it does not respond', () => Promise.reject(new TypeError('no response')), 'TypeError'],
    ['because it rejects events', async events => events, 'rejected by the bus'],
  ]
  test.each(failing)('%s, the response is the same, and all events are reported', async (_, put, error) => {
    const { api, sent, lost } = testAudit(put)
    const { status, body } = await api.call('POST', '/links', { body: { key: 'k' } })
    expect(status).toBe(201)
    expect(sent.map(events => events.map(({ id }) => id))).toEqual([[body.id], [body.id]])
    expect(lost).toEqual([{ error, events: [expect.objectContaining({ action: 'issue', id: body.id })] }])
  })

  test('at first for some, it gets those again, and nothing is lost', async () => {
    let attempts = 0
    const { api, sent, lost } = testAudit(async events => (attempts++ === 0 ? events.slice(3) : []))
    await api.call('POST', '/links/batch', { body: { links: Array.from({ length: 5 }, () => ({ key: 'k' })) } })
    expect(sent.map(({ length }) => length)).toEqual([5, 2])
    expect(lost).toEqual([])
  })

  test('slowly, the response waits for it for a second and a half at most', async () => {
    const { api, timeouts, lost, clock } = testAudit(async (_, timeoutMs) => {
      clock.advance(timeoutMs)
      throw new Error('timeout')
    })
    const startedAt = clock.now()
    await api.call('POST', '/links', { body: { key: 'k' } })
    expect(timeouts).toEqual([auditMs / 2, auditMs / 2])
    expect(clock.now() - startedAt).toBe(auditMs)
    expect(lost).toHaveLength(1)
  })
})

describe('EventBridge', () => {
  const event: AuditEvent = {
    eventId: 'r-1',
    deployment: 'once',
    action: 'issue',
    outcome: 'done',
    caller: arn,
    status: 201,
    requestId: 'r-1',
    at: '2026-11-24T12:00:00Z',
  }
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

  test('gets events in its own form, and says which it rejects', async () => {
    const { endpoint, accepted, requests } = await eventBridgeHere((_, count) =>
      count === 2 ? 'ThrottlingException' : undefined,
    )
    const bus = auditBus('once', { region: 'eu-west-1', credentials, endpoint })
    const second = { ...event, eventId: 'r-1/1' }
    expect(await bus.put([event, second], 1000)).toEqual([second])
    expect(requests).toEqual(['AWSEvents.PutEvents eu-west-1 2'])
    const time = Date.parse(event.at) / 1000
    expect(accepted).toEqual([{ bus: 'once', source: 'once-at-edge', type: 'Audit', time, detail: event }])
  })

  test('that fails as a whole has accepted nothing for certain', async () => {
    const { endpoint } = await eventBridgeHere(() => {
      throw new Error('chosen by the test')
    })
    const bus = auditBus('once', { region: 'eu-west-1', credentials, endpoint })
    await expect(bus.put([event], 1000)).rejects.toThrow('InternalException')
  })
})
