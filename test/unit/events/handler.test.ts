import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { createHandler } from '../../../events/handler.ts'
import type { EventBus, LinkEvent, LogLine } from '../../../events/ports.ts'
import { manualClock } from '../../support/clock.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { recordOf } from '../../support/stream-records.ts'

const context = { getRemainingTimeInMillis: () => 60_000 }

/** A function in us-east-1, whose bus turns down what `turnsDown` says. */
function handlerWith(turnsDown: (event: LinkEvent) => boolean) {
  const told: LinkEvent[] = []
  const lines: LogLine[] = []
  const bus: EventBus = {
    put: async events => {
      told.push(...events.filter(event => !turnsDown(event)))
      return events.map(event => (turnsDown(event) ? 'InternalFailure' : undefined))
    },
  }
  const ports = { clock: manualClock(), bus, log: (line: LogLine) => void lines.push(line) }
  const handler = createHandler(ports, { deployment: 'once', mode: 'home', here: 'us-east-1' })
  return { told, lines, invoke: (Records: DynamoDBRecord[]) => handler({ Records }, context) }
}

/** Records of links that are issued and taken: every second one is an event. */
function records(count: number): DynamoDBRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const { link } = makeLink({ issuedAt: secondsFromNoon(index) })
    return recordOf(index % 2 === 0 ? { after: link } : { before: link })
  })
}

const sequenceNumberOf = (record: DynamoDBRecord | undefined) => record?.dynamodb?.SequenceNumber

describe('a batch of records', () => {
  test('becomes events, and a line in the log that holds none of them', async () => {
    const { told, lines, invoke } = handlerWith(() => false)
    expect(await invoke(records(50))).toEqual({ batchItemFailures: [] })
    expect(told).toHaveLength(25)
    expect(lines).toStrictEqual([{ outcome: 'published', records: 50, events: 25, accepted: 25, ms: 0 }])
  })

  test('without an event is done at once', async () => {
    const { told, invoke } = handlerWith(() => false)
    expect(await invoke(records(1))).toEqual({ batchItemFailures: [] })
    expect(told).toEqual([])
  })

  test('is wanted again from the first record whose event the bus does not take', async () => {
    const batch = records(50)
    const stubborn = batch[31]?.eventID
    const { told, lines, invoke } = handlerWith(({ detail }) => detail.eventId === stubborn)
    expect(await invoke(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch[31]) }] })
    expect(told.slice(0, 15).map(({ detail }) => detail.eventId)).toEqual(
      batch.slice(0, 31).flatMap(({ eventID }, index) => (index % 2 === 1 ? eventID : [])),
    )
    expect(lines[0]).toMatchObject({ events: 25, accepted: 15, error: 'InternalFailure' })
  })

  test('with a record that makes no sense is an error, before anything is told', async () => {
    const { told, invoke } = handlerWith(() => false)
    const strange: DynamoDBRecord = { dynamodb: { OldImage: { id: { S: 'x' } } } }
    await expect(invoke([...records(4), strange])).rejects.toThrow('a link item lacks a field')
    expect(told).toEqual([])
  })
})
