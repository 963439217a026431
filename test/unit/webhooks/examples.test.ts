import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linkEventOf } from '../../../jobs/events/link-event.ts'
import { webhookOf } from '../../../jobs/webhooks/notify.ts'
import { exampleId } from '../../../tools/openapi/examples.ts'
import { webhookExamples } from '../../../tools/openapi/webhooks.ts'
import type { Link, LinkId, Receipt } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { webhooks } from '../../../shared/schemas/webhook.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { type WebhookType, webhookTypes } from '../../../shared/webhooks/webhook.ts'
import { makeDraft, makeLink } from '../../support/table/links.ts'
import { receivedOf } from '../../support/events/received.ts'
import { remindedOf } from '../../support/events/reminded.ts'
import { type Change, recordOf } from '../../support/table/stream-records.ts'
import { busEvent } from '../../support/webhooks/events.ts'

const at = (time: string) => (Date.parse(`2026-11-${time}Z`) / 1000) as EpochSeconds

const link: Link = {
  ...makeLink().link,
  id: exampleId as LinkId,
  reference: 'case 17',
  notify: 'orders',
  issuedAt: at('24T12:00:00'),
  expiresAt: at('25T12:00:00'),
  purgeAt: at('25T13:05:00'),
}
const receipt: Receipt = { ...makeDraft(), redeemedAt: at('24T15:00:00'), urlExpiresAt: at('24T15:00:30') }
const live: Link = { ...link, state: 'live' }
const used: Link = { ...live, state: 'used', receipt }
const counts = { unconfirmed: 0, automated: 0, probed: 0, lastAt: at('24T16:20:00') }
const tried = (tries: number): Link => ({ ...live, tries, maxTries: 5 })

/** What happens to a link in each example. */
const changes: Readonly<Record<Exclude<WebhookType, 'link.delivered' | 'link.unopened' | 'link.received'>, Change>> = {
  'link.redeemed': { before: live, after: used, at: at('24T15:00:00') },
  'link.refused': {
    before: used,
    after: { ...used, unredeemed: { ...counts, refusedAfterUse: 1 } },
    at: at('24T16:20:00'),
  },
  'link.locked': { before: tried(4), after: tried(5), at: at('24T15:00:00') },
  'link.expired': { before: link, at: at('25T13:05:00'), byTtl: true },
  'link.revoked': { before: link, after: { ...link, state: 'revoked' }, at: at('24T13:00:00') },
  'link.requested': {
    before: link,
    after: { ...link, requested: 1, requestedAt: at('25T14:00:00') },
    at: at('25T14:00:00'),
  },
}

/** Returns the payload that the functions make of a change. */
function payloadOf(change: Change): unknown {
  const event = linkEventOf(recordOf(change), { deployment: 'once', mode: 'home', here: 'us-east-1' })
  return JSON.parse(webhookOf(busEvent(event?.type ?? '', event?.detail ?? {}))?.body ?? '')
}

test.each(Object.entries(changes))('the example of %s is what the functions make', (type, change) => {
  expect(payloadOf(change)).toEqual(webhookExamples[type as WebhookType])
})

test('the example of link.delivered is what the function makes of its event', () => {
  const { timestamp, data } = webhookExamples['link.delivered']
  const detail = { ...data, at: timestamp, eventId: `${data.id}-delivered` }
  expect(JSON.parse(webhookOf(busEvent('Link delivered', detail))?.body ?? '')).toEqual(
    webhookExamples['link.delivered'],
  )
})

test('the example of link.unopened is what the function makes of a reminder', async () => {
  const events = await remindedOf({ ...link, remindAt: at('25T00:00:00') }, at('25T00:00:30'))
  const [body] = events.map(({ type, detail }) => webhookOf(busEvent(type, detail))?.body)
  expect(JSON.parse(body ?? '')).toEqual(webhookExamples['link.unopened'])
})

test('the example of link.received is what the function makes of the file of a link', async () => {
  const urlExpiresAt = at('24T19:00:00')
  const taken: Link = {
    ...used,
    maxBytes: 5_000_000,
    key: 'in/received' as ObjectKey,
    receipt: { ...receipt, urlExpiresAt },
  }
  const key = `in/received/${link.id}/${receipt.redemptionId}`
  const events = await receivedOf(taken, { key, bytes: 4_404_019, at: '2026-11-24T15:08:00Z' })
  const [body = ''] = events.map(({ type, detail }) => webhookOf(busEvent(type, detail))?.body)
  expect(JSON.parse(body)).toEqual(webhookExamples['link.received'])
  for (const secret of [receipt.viewer, receipt.userAgent, receipt.redemptionId, 'in/received'])
    expect(body).not.toContain(secret)
})

test('without a receipt, a webhook says when the link was used, and not by whom', () => {
  const body = JSON.stringify(payloadOf({ before: link, at: at('24T15:00:00') }))
  expect(body).toContain('"timestamp":"2026-11-24T15:00:00Z"')
  expect(body).not.toContain('redeemedAt')
})

test('a webhook has nothing of the viewer, of the file or of its keys', () => {
  const { viewer, userAgent, redemptionId, addressHash } = receipt
  for (const change of Object.values(changes)) {
    const body = JSON.stringify(payloadOf(change))
    for (const secret of [viewer, userAgent, redemptionId, addressHash, link.key]) expect(body).not.toContain(secret)
  }
})

const ajv = new Ajv2020({ strict: false, validateFormats: false })

test.each(Object.keys(webhooks))('the example of %s fits its schema', type => {
  const validate = ajv.compile(webhooks[type as WebhookType])
  expect(validate(webhookExamples[type as WebhookType]), JSON.stringify(validate.errors)).toBe(true)
})

test('each type has a schema, an example and a section in docs/webhooks.md, two of them with that example', () => {
  const types = Object.values(webhookTypes)
  expect(Object.keys(webhooks)).toEqual(expect.arrayContaining(types))
  expect(Object.keys(webhookExamples)).toEqual(expect.arrayContaining(types))
  const page = readFileSync(join(import.meta.dirname, '../../../docs/webhooks.md'), 'utf8')
  for (const type of types) expect(page).toContain(`\n### ${type}\n`)
  const examples = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']) => JSON.parse(json) as unknown)
  expect(examples).toEqual([webhookExamples['link.redeemed'], webhookExamples['link.delivered']])
})
