import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deadlineOf, type EventBus, type LinkEvent } from '../../../jobs/events/ports.ts'
import { publish } from '../../../jobs/events/handler.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { noon, secondsFromNoon } from '../../support/table/links.ts'

const later = (ms: number) => (noon + ms) as EpochMs

function events(count: number): readonly LinkEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'Link redeemed',
    at: secondsFromNoon(index),
    detail: { id: `link ${index}`, eventId: String(index) },
  }))
}

/** A bus that returns `codeOf` for each event. Records the indexes of the events in each request. */
function busThat(codeOf: (index: number, request: number) => string | undefined) {
  const requests: number[][] = []
  const accepted: number[] = []
  const bus: EventBus = {
    async put(batch) {
      const indexes = batch.map(({ detail }) => Number(detail.eventId))
      requests.push(indexes)
      const codes = indexes.map(index => codeOf(index, requests.length))
      accepted.push(...indexes.filter((_, position) => codes[position] === undefined))
      return codes
    },
  }
  return { bus, requests, accepted }
}

/** Publishes 25 events, some of which the bus rejects. */
async function publishAll(codeOf: (index: number, request: number) => string | undefined, subject = publish) {
  const { bus, requests, accepted } = busThat(codeOf)
  const clock = manualClock()
  const published = await subject(events(25), { bus, clock }, later(60_000))
  return { published, requests, accepted, ms: clock.now() - noon }
}

const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, index) => start + index)

test('25 events are sent in three requests, in order', async () => {
  const { published, requests } = await publishAll(() => undefined)
  expect(published).toEqual({ accepted: 25 })
  expect(requests).toEqual([upTo(10), upTo(20, 10), upTo(25, 20)])
})

test('rejected events are sent again, alone, after a pause', async () => {
  const { published, requests, accepted, ms } = await publishAll((index, request) =>
    (index === 3 || index === 7) && request < 3 ? 'ThrottlingException' : undefined,
  )
  expect(published).toEqual({ accepted: 25 })
  expect(requests.slice(0, 3)).toEqual([upTo(10), [3, 7], [3, 7]])
  expect(accepted.toSorted((a, b) => a - b)).toEqual(upTo(25))
  expect(ms).toBe(200 + 400)
})

test('an event that is rejected three times ends publishing, with its index and the reason', async () => {
  const { published, requests } = await publishAll(index =>
    index === 13 || index === 17 ? 'InternalFailure' : undefined,
  )
  expect(published).toEqual({ accepted: 13, error: 'InternalFailure' })
  expect(requests).toEqual([upTo(10), upTo(20, 10), [13, 17], [13, 17]])
})

test('a request without a response ends publishing at once, and none of its events counts', async () => {
  const { published, requests } = await publishAll((_, request) => {
    if (request === 2) throw new Error('lost', { cause: Object.assign(new Error('no'), { name: 'TimeoutError' }) })
    return undefined
  })
  expect(published).toEqual({ accepted: 10, error: 'TimeoutError' })
  expect(requests).toHaveLength(2)
})

test('after a repeat without a response, only the events accepted before count', async () => {
  const { published } = await publishAll((index, request) => {
    if (request === 2) throw new Error('lost')
    return index === 4 ? 'InternalFailure' : undefined
  })
  expect(published).toEqual({ accepted: 4, error: 'Error' })
})

test('no request starts without time to finish', async () => {
  const clock = manualClock()
  const { bus, requests } = busThat(() => (clock.advance(400), undefined))
  expect(await publish(events(25), { bus, clock }, later(3000))).toEqual({ accepted: 10, error: 'out of time' })
  expect(requests).toEqual([upTo(10)])
})

test('the deadline leaves time for one request and a log line', () => {
  expect(deadlineOf({ getRemainingTimeInMillis: () => 30_000 }, noon)).toBe(later(24_000))
})

const patch = (find: string, replace = ''): Patch => ({ file: 'jobs/events/handler.ts', find, replace })

describe('broken on purpose, the test notices a copy that', () => {
  test.each<[string, Patch]>([
    [
      'repeats all events of a request',
      patch('remaining = remaining.filter((_, index) => codes[index] !== undefined)'),
    ],
    [
      'goes on after a failure',
      patch('if (first !== undefined) return { accepted: start + batch.indexOf(first), error }'),
    ],
    ['counts the whole batch', patch('start + batch.indexOf(first)', 'start + batch.length')],
    ['sends eleven at once', patch('const maxBatchSize = 10', 'const maxBatchSize = 11')],
    ['never repeats', patch('const maxAttempts = 3', 'const maxAttempts = 1')],
  ])('%s', async (name, change) => {
    const root = await brokenCopy(name, [change], ['jobs', 'shared'])
    onTestFinished(() => removeCopy(root))
    const copy = (await import(
      join(root, 'jobs/events/handler.ts')
    )) as typeof import('../../../jobs/events/handler.ts')
    const codeOf = (index: number, request: number) =>
      (index === 3 && request < 3) || index === 15 ? 'ThrottlingException' : undefined
    const { ms: _, ...expected } = await publishAll(codeOf)
    expect(expected.published.accepted).toBe(15)
    expect(await publishAll(codeOf, copy.publish)).not.toMatchObject(expected)
  })
})
