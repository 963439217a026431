import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../shared/aws/process.ts'
import { createHandler } from '../../../jobs/deliveries/handler.ts'
import { webhookOf } from '../../../jobs/webhooks/notify.ts'
import { busEvent } from '../../support/webhooks/events.ts'
import type { LinkId } from '../../../shared/link.ts'
import { verdictOf } from '../../../shared/delivery/facts.ts'
import { deliveryFunction, deliveryRecord, logObject } from '../../support/deliveries/function.ts'

const id = 'AAAAAAAAAAAAAAAAAAAAAA' as LinkId
const code = { createHandler }
const unavailable = () => Promise.reject(Object.assign(new Error('slow down'), { name: 'SlowDown' }))

describe('a notification', () => {
  test('of an object of the log makes its deliveries known, under any name', async () => {
    const delivered = deliveryFunction(code)
    const key = 'AWSLogs/1/CloudFront/E1.2026-11-26-10.a b+c.gz'
    delivered.objects.set(key, logObject([deliveryRecord()]))
    expect(await delivered.notify([key])).toEqual([])
    expect(verdictOf(delivered.stored.get(id)?.facts)).toMatchObject({ state: 'complete', bytes: 1000, size: 1000 })
    expect(delivered.lines).toMatchObject([{ outcome: 'folded', records: 1, unreadable: 0, links: 1, completed: 1 }])
  })

  test('comes again if the object cannot be read, and the others of its batch do not', async () => {
    const delivered = deliveryFunction(code, {
      open: async key => (key === 'bad' ? unavailable() : Readable.from([logObject([deliveryRecord()])])),
    })
    expect(await delivered.notify(['bad', 'good'])).toEqual(['bad'])
    expect(delivered.lines).toMatchObject([{ outcome: 'failed', error: 'SlowDown' }, { outcome: 'folded' }])
    expect(delivered.stored.size).toBe(1)
  })

  test('comes again if the object breaks off, or is damaged', async () => {
    const whole = logObject(Array.from({ length: 500 }, (_, index) => deliveryRecord({ 'sc-bytes': String(index) })))
    const damaged = Buffer.from(whole)
    damaged.fill(0, 40, 60)
    const delivered = deliveryFunction(code)
    delivered.objects.set('short', whole.subarray(0, whole.length - 20))
    delivered.objects.set('damaged', damaged)
    expect(await delivered.notify(['short', 'damaged'])).toEqual(['short', 'damaged'])
  })

  test('comes again if the table does not respond, or the bus', async () => {
    for (const faults of [
      { store: (store: object) => ({ ...store, find: unavailable, write: unavailable }) },
      { put: unavailable },
    ]) {
      const delivered = deliveryFunction(code, faults)
      delivered.objects.set('log', logObject([deliveryRecord()]))
      expect(await delivered.notify(['log'])).toEqual(['log'])
      expect(delivered.lines).toMatchObject([{ outcome: 'failed', error: 'SlowDown' }])
    }
  })

  test('comes again if there is too little time for an object', async () => {
    const delivered = deliveryFunction(code)
    delivered.objects.set('log', logObject([deliveryRecord()]))
    expect(await delivered.notify(['log'], 100_000)).toEqual(['log'])
    expect(delivered.stored.size).toBe(0)
  })

  test('of an object that is gone is done', async () => {
    expect(await deliveryFunction(code).notify(['gone'])).toEqual([])
  })

  test('that is none comes again, but not the one with which S3 tries the queue', async () => {
    const handle = createHandler(
      {
        clock: { now: () => 0 as never, pause: async () => undefined },
        objects: { open: unavailable },
        store: { find: unavailable, write: unavailable },
        log: () => undefined,
      },
      'once',
    )
    const bodies = ['{}', 'no JSON', '{"Event":"s3:TestEvent","Bucket":"logs"}']
    const Records = bodies.map((body, index) => ({ messageId: String(index), body }))
    const context = { getRemainingTimeInMillis: () => 900_000 }
    const { batchItemFailures } = await handle({ Records } as Parameters<typeof handle>[0], context)
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['0', '1'])
  })
})

describe('an object', () => {
  const foldedFrom = async (bytes: Buffer, chunk = bytes.length) => {
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
      bytes.subarray(index * chunk, (index + 1) * chunk),
    )
    const delivered = deliveryFunction(code, { open: async () => Readable.from(chunks) })
    expect(await delivered.notify(['log'])).toEqual([])
    return delivered
  }
  const text = `${JSON.stringify(deliveryRecord())}\n`

  test('may be compressed or not, and end with a line break or not', async () => {
    for (const bytes of [Buffer.from(text), gzipSync(text), Buffer.from(text.trim())]) {
      expect((await foldedFrom(bytes)).stored.has(id)).toBe(true)
    }
  })

  test('may come in pieces of any size', async () => {
    for (const size of [1, 7, 300]) expect((await foldedFrom(gzipSync(text.repeat(3)), size)).lines[0]?.records).toBe(3)
  })

  test('may be empty', async () => {
    expect((await foldedFrom(Buffer.alloc(0))).stored.size).toBe(0)
  })

  test('with lines that are no records counts them, and reads the others', async () => {
    const long = 'x'.repeat(200_000)
    const bad = ['{"half":', '[]', 'null', '#Version: 1.0', long]
    const { lines, stored } = await foldedFrom(Buffer.from(`${bad.join('\n')}\n${text}`), 1000)
    expect(lines[0]).toMatchObject({ records: 1, unreadable: bad.length - 1 }) // a line that is too long is not read
    expect(stored.size).toBe(1)
  })

  test('says nothing of requests that name no link, as those that were refused', async () => {
    const logged = ['-', '', 'x', `${id}x.10`]
    const records = logged.map(text => deliveryRecord({ 'viewer-request-log-data': text }))
    const { lines, stored } = await foldedFrom(logObject([...records, { date: '2026-11-26' }]))
    expect(lines[0]).toMatchObject({ records: 0, unreadable: 0 })
    expect(stored.size).toBe(0)
  })
})

describe('the event of a delivery', () => {
  const half = (start: number) =>
    deliveryRecord({ 'sc-status': '206', 'sc-range-start': String(start), 'sc-range-end': String(start + 499) })

  test('is published once, when the last byte is known', async () => {
    const delivered = deliveryFunction(code)
    delivered.objects.set('1', logObject([half(0)]))
    delivered.objects.set('2', logObject([half(500)]))
    await delivered.notify(['1'])
    expect(delivered.events).toEqual([])
    await delivered.notify(['2', '1', '2'])
    expect(delivered.events).toEqual([
      {
        type: 'Link delivered',
        at: Date.parse('2026-11-26T10:02:33Z') / 1000,
        detail: {
          deployment: 'once',
          id,
          at: '2026-11-26T10:02:33Z',
          eventId: `${id}-delivered`,
          delivery: {
            state: 'complete',
            bytes: 1000,
            size: 1000,
            firstAt: '2026-11-26T10:02:33Z',
            lastAt: '2026-11-26T10:02:33Z',
            summary: '1 of 1 kB, complete, 2026-11-26 10:02 UTC',
          },
        },
      },
    ])
  })

  test('names the endpoint of the link, if it has one and is still there', async () => {
    for (const names of [{ notify: 'orders', reference: 'case 17' }, {}]) {
      const delivered = deliveryFunction(code, { links: { find: async () => ({ names, isUnused: false }) } })
      delivered.objects.set('log', logObject([deliveryRecord()]))
      await delivered.notify(['log'])
      const [event] = delivered.events
      const webhook = webhookOf(busEvent(event?.type ?? '', event?.detail ?? {}))
      if (names.notify === undefined) expect([event?.detail.notify, webhook]).toEqual([undefined, undefined])
      else expect(webhook).toMatchObject({ id: `${id}-delivered`, type: 'link.delivered', notify: 'orders' })
    }
  })

  test('is published of each of several uses, which are deliveries of their own', async () => {
    const asked: (string | undefined)[] = []
    const find = async (_: string, use?: string) => (asked.push(use), { names: {}, isUnused: false })
    const delivered = deliveryFunction(code, { links: { find } })
    const record = (use: string, more: object) => ({ ...more, 'viewer-request-log-data': `${id}.1000.${use}` })
    const [one, two] = ['one-use_', 'another_']
    const records = [record(one, half(0)), record(two, half(500)), record(two, deliveryRecord())]
    delivered.objects.set('log', logObject(records))
    expect(await delivered.notify(['log'])).toEqual([])
    expect([...delivered.stored.keys()].toSorted()).toEqual([`${id}.${two}`, `${id}.${one}`])
    expect(verdictOf(delivered.stored.get(`${id}.${one}`)?.facts).state).toBe('partial')
    const detail = { id, use: two, eventId: `${id}-${two}-delivered` }
    expect(delivered.events).toMatchObject([{ type: 'Link delivered', detail }])
    expect(asked).toEqual([two])
    const encoded = record(one, { ...half(500), 'viewer-request-log-data': '' })
    const text = encoded['viewer-request-log-data'].replaceAll('.', '%2E')
    delivered.objects.set('later', logObject([{ ...encoded, 'viewer-request-log-data': text }]))
    await delivered.notify(['later'])
    expect(delivered.events).toHaveLength(2)
  })

  test('comes again if the table of links does not respond', async () => {
    const delivered = deliveryFunction(code, { links: { find: unavailable } })
    delivered.objects.set('log', logObject([deliveryRecord()]))
    expect(await delivered.notify(['log'])).toEqual(['log'])
    expect(delivered.events).toEqual([])
  })

  test('waits for an hour if the item of the link says that it is not used, as a replica may be late', async () => {
    let isUnused = true
    const delivered = deliveryFunction(code, { links: { find: async () => ({ names: {}, isUnused }) } })
    const [date = '', time = ''] = new Date(systemClock.now()).toISOString().split(/[T.]/)
    delivered.objects.set('log', logObject([deliveryRecord({ date, time })]))
    for (const _ of [1, 2]) expect(await delivered.notify(['log'])).toEqual(['log'])
    expect([delivered.events, delivered.lines[1]?.error]).toEqual([[], 'LinkNotUsed'])
    isUnused = false
    expect(await delivered.notify(['log', 'log'])).toEqual([])
    expect(delivered.events).toHaveLength(1)
  })

  test('is never published of a link whose item says that it is not used; what was written is kept', async () => {
    let isUnused = true
    const delivered = deliveryFunction(code, { links: { find: async () => ({ names: {}, isUnused }) } })
    delivered.objects.set('log', logObject([deliveryRecord()]))
    for (const _ of [1, 2]) expect(await delivered.notify(['log'])).toEqual([])
    expect([delivered.events, delivered.lines[0]?.completed]).toEqual([[], 0])
    expect(delivered.stored.get(id)).toMatchObject({ announced: false, version: 1, facts: { whole: 1000 } })
    isUnused = false // a later record asks again
    await delivered.notify(['log'])
    expect(delivered.events).toHaveLength(1)
  })

  test('comes again with the same id if the write after it fails, and is never lost', async () => {
    let failing = true
    const delivered = deliveryFunction(code, {
      store: store => ({ ...store, write: async delivery => (failing ? unavailable() : store.write(delivery)) }),
    })
    delivered.objects.set('log', logObject([deliveryRecord()]))
    expect(await delivered.notify(['log'])).toEqual(['log'])
    failing = false
    expect(await delivered.notify(['log'])).toEqual([])
    expect(delivered.events.map(({ detail }) => detail.eventId)).toEqual([`${id}-delivered`, `${id}-delivered`])
    expect(await delivered.notify(['log'])).toEqual([])
    expect(delivered.events).toHaveLength(2)
  })

  test('is published once if another run writes the same link at the same moment', async () => {
    let interfere = true
    const delivered = deliveryFunction(code, {
      store: store => ({
        ...store,
        async write(delivery) {
          if (interfere) {
            interfere = false
            await store.write({
              ...delivery,
              facts: { ...delivery.facts, whole: undefined, written: [[2, 3]] },
              announced: false,
            })
          }
          return store.write(delivery)
        },
      }),
    })
    delivered.objects.set('log', logObject([deliveryRecord()]))
    expect(await delivered.notify(['log'])).toEqual([])
    expect(delivered.events).toHaveLength(1)
    expect(delivered.stored.get(id)).toMatchObject({ announced: true, version: 2, facts: { whole: 1000 } })
  })
})
