import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { createHandler } from '../../../events/handler.ts'
import type { EventBus, LinkEvent, LogLine } from '../../../events/ports.ts'
import { manualClock } from '../../support/clock.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { recordOf } from '../../support/stream-records.ts'

const context = { getRemainingTimeInMillis: () => 60_000 }

/** A function in us-east-1. Its bus rejects the events for which `rejects` returns true. */
function handlerWith(rejects: (event: LinkEvent) => boolean) {
  const published: LinkEvent[] = []
  const lines: LogLine[] = []
  const bus: EventBus = {
    put: async events => {
      published.push(...events.filter(event => !rejects(event)))
      return events.map(event => (rejects(event) ? 'InternalFailure' : undefined))
    },
  }
  const ports = { clock: manualClock(), bus, log: (line: LogLine) => void lines.push(line) }
  const handler = createHandler(ports, { deployment: 'once', mode: 'home', here: 'us-east-1' })
  return { published, lines, invoke: (Records: DynamoDBRecord[]) => handler({ Records }, context) }
}

/** Records of links that are issued and consumed: every second record has an event. */
function records(count: number): DynamoDBRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const { link } = makeLink({ issuedAt: secondsFromNoon(index) })
    return recordOf(index % 2 === 0 ? { after: link } : { before: link })
  })
}

const sequenceNumberOf = (record: DynamoDBRecord | undefined) => record?.dynamodb?.SequenceNumber

describe('a batch of records', () => {
  test('becomes events, and a log line that contains none of them', async () => {
    const { published, lines, invoke } = handlerWith(() => false)
    expect(await invoke(records(50))).toEqual({ batchItemFailures: [] })
    expect(published).toHaveLength(25)
    expect(lines).toStrictEqual([{ outcome: 'published', records: 50, events: 25, accepted: 25, ms: 0 }])
  })

  test('without an event needs no request', async () => {
    const { published, invoke } = handlerWith(() => false)
    expect(await invoke(records(1))).toEqual({ batchItemFailures: [] })
    expect(published).toEqual([])
  })

  test('is repeated from the first record whose event the bus rejects', async () => {
    const batch = records(50)
    const rejected = batch[31]?.eventID
    const { published, lines, invoke } = handlerWith(({ detail }) => detail.eventId === rejected)
    expect(await invoke(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch[31]) }] })
    expect(published.slice(0, 15).map(({ detail }) => detail.eventId)).toEqual(
      batch.slice(0, 31).flatMap(({ eventID }, index) => (index % 2 === 1 ? eventID : [])),
    )
    expect(lines[0]).toMatchObject({ events: 25, accepted: 15, error: 'InternalFailure' })
  })

  test('with an invalid record is an error, before anything is published', async () => {
    const { published, invoke } = handlerWith(() => false)
    const invalid: DynamoDBRecord = { dynamodb: { OldImage: { id: { S: 'x' } } } }
    await expect(invoke([...records(4), invalid])).rejects.toThrow('a link item lacks a field')
    expect(published).toEqual([])
  })
})
