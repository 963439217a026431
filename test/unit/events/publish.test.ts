import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deadlineOf, type EventBus, type LinkEvent } from '../../../events/ports.ts'
import { publish } from '../../../events/publish.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../broken/copy.ts'
import { manualClock } from '../../support/clock.ts'
import { noon, secondsFromNoon } from '../../support/links.ts'

const later = (ms: number) => (noon + ms) as EpochMs

function events(count: number): readonly LinkEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'Link redeemed',
    at: secondsFromNoon(index),
    detail: { id: `link ${index}`, eventId: String(index) },
  }))
}

/** A bus, and what was asked of it: the places of the events in each request. `answer` gives the code for each event. */
function busThat(answer: (place: number, request: number) => string | undefined) {
  const requests: number[][] = []
  const accepted: number[] = []
  const bus: EventBus = {
    async put(batch) {
      const places = batch.map(({ detail }) => Number(detail.eventId))
      requests.push(places)
      const codes = places.map(place => answer(place, requests.length))
      accepted.push(...places.filter((_, index) => codes[index] === undefined))
      return codes
    },
  }
  return { bus, requests, accepted }
}

/** How a list of 25 events fares, of which the bus turns some down. */
async function fate(answer: (place: number, request: number) => string | undefined, publishing = publish) {
  const { bus, requests, accepted } = busThat(answer)
  const clock = manualClock()
  const published = await publishing(events(25), { bus, clock }, later(60_000))
  return { published, requests, accepted, ms: clock.now() - noon }
}

const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, index) => start + index)

test('25 events go in three requests, in order', async () => {
  const { published, requests } = await fate(() => undefined)
  expect(published).toEqual({ accepted: 25 })
  expect(requests).toEqual([upTo(10), upTo(20, 10), upTo(25, 20)])
})

test('no event asks the bus for nothing', async () => {
  const { bus, requests } = busThat(() => undefined)
  expect(await publish([], { bus, clock: manualClock() }, later(1000))).toEqual({ accepted: 0 })
  expect(requests).toEqual([])
})

test('what is turned down is sent again, alone, after a pause', async () => {
  const { published, requests, accepted, ms } = await fate((place, request) =>
    (place === 3 || place === 7) && request < 3 ? 'ThrottlingException' : undefined,
  )
  expect(published).toEqual({ accepted: 25 })
  expect(requests.slice(0, 3)).toEqual([upTo(10), [3, 7], [3, 7]])
  expect(accepted.toSorted((a, b) => a - b)).toEqual(upTo(25))
  expect(ms).toBe(200 + 400)
})

test('what is turned down three times ends it, and says from where on and why', async () => {
  const { published, requests } = await fate(place => (place === 13 || place === 17 ? 'InternalFailure' : undefined))
  expect(published).toEqual({ accepted: 13, error: 'InternalFailure' })
  expect(requests).toEqual([upTo(10), upTo(20, 10), [13, 17], [13, 17]])
})

test('a request without an answer ends it at once, and none of it counts', async () => {
  const { published, requests } = await fate((_, request) => {
    if (request === 2) throw new Error('lost', { cause: Object.assign(new Error('no'), { name: 'TimeoutError' }) })
    return undefined
  })
  expect(published).toEqual({ accepted: 10, error: 'TimeoutError' })
  expect(requests).toHaveLength(2)
})

test('a repeat without an answer counts what was accepted before it', async () => {
  const { published } = await fate((place, request) => {
    if (request === 2) throw new Error('lost')
    return place === 4 ? 'InternalFailure' : undefined
  })
  expect(published).toEqual({ accepted: 4, error: 'Error' })
})

test('nothing is begun when there is no time left to end it', async () => {
  const clock = manualClock()
  const { bus, requests } = busThat(() => (clock.advance(400), undefined))
  expect(await publish(events(25), { bus, clock }, later(3000))).toEqual({ accepted: 10, error: 'out of time' })
  expect(requests).toEqual([upTo(10)])
})

test('the deadline leaves time for one request and a line', () => {
  expect(deadlineOf({ getRemainingTimeInMillis: () => 30_000 }, noon)).toBe(later(24_000))
})

const patch = (find: string, replace = ''): Patch => ({ file: 'events/publish.ts', find, replace })

describe('broken on purpose, an event is told twice, or never', () => {
  test.each<[string, Patch]>([
    ['all of a request again', patch('left = left.filter((_, place) => codes[place] !== undefined)')],
    [
      'goes on after a failure',
      patch('if (first !== undefined) return { accepted: start + batch.indexOf(first), error }'),
    ],
    ['counts the whole batch', patch('start + batch.indexOf(first)', 'start + batch.length')],
    ['eleven at once', patch('const mostAtOnce = 10', 'const mostAtOnce = 11')],
    ['never again', patch('const tries = 3', 'const tries = 1')],
  ])('%s', async (name, change) => {
    const root = await brokenCopy(name, [change])
    onTestFinished(() => removeCopy(root))
    const copy = (await import(join(root, 'events/publish.ts'))) as typeof import('../../../events/publish.ts')
    const answers = (place: number, request: number) =>
      (place === 3 && request < 3) || place === 15 ? 'ThrottlingException' : undefined
    const { ms: _, ...whole } = await fate(answers)
    expect(whole.published.accepted).toBe(15)
    expect(await fate(answers, copy.publish)).not.toMatchObject(whole)
  })
})
