import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { createHandler } from '../../../jobs/events/handler.ts'
import type { EventBus, LogLine, OwnEvent } from '../../../jobs/events/ports.ts'
import { manualClock } from '../../support/machine/clock.ts'
import type { Link } from '../../../shared/link.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { recordOf } from '../../support/table/stream-records.ts'

const none = { unconfirmed: 0, automated: 0, probed: 0, lastAt: secondsFromNoon(3) }

const context = { getRemainingTimeInMillis: () => 60_000 }

/** A function in us-east-1. Its bus rejects the events for which `rejects` returns true; without, there is no bus. */
function handlerWith(rejects?: (event: OwnEvent) => boolean) {
  const published: OwnEvent[] = []
  const lines: LogLine[] = []
  const bus: EventBus = {
    put: async events => {
      published.push(...events.filter(event => !rejects?.(event)))
      return events.map(event => (rejects?.(event) ? 'InternalFailure' : undefined))
    },
  }
  const ports = { clock: manualClock(), ...(rejects && { bus }), log: (line: LogLine) => void lines.push(line) }
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
    const counts = { Redeemed: 25 }
    expect(lines).toStrictEqual([{ outcome: 'read', records: 50, events: 25, accepted: 25, counts, ms: 0 }])
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
    expect(lines[0]?.counts).toEqual({ Redeemed: 15 })
  })

  test('is counted by what happened, without zeros; purges and requests for new links are not', async () => {
    const live = makeLink({ state: 'live' }).link
    const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(1), urlExpiresAt: secondsFromNoon(31) }
    const used: Link = { ...live, state: 'used', receipt }
    const refused = (refusedAfterUse: number): Link => ({ ...used, unredeemed: { ...none, refusedAfterUse } })
    const { lines, invoke } = handlerWith()
    await invoke([
      recordOf({ after: live }),
      recordOf({ before: live, after: used }),
      recordOf({ before: used, after: refused(1) }),
      recordOf({ before: refused(1), after: refused(2) }),
      recordOf({ before: refused(2), after: { ...refused(2), state: 'revoked' } }),
      recordOf({ before: makeLink().link }),
      recordOf({ before: live, at: live.purgeAt, byTtl: true }),
      recordOf({ before: live, after: { ...live, requested: 1, requestedAt: live.expiresAt } }),
    ])
    await invoke([recordOf({ before: live, at: live.purgeAt, byTtl: true })])
    expect(lines).toStrictEqual([
      { outcome: 'read', records: 8, events: 7, counts: { Redeemed: 2, UsedLinksRefused: 2, Revoked: 1 }, ms: 0 },
      { outcome: 'read', records: 1, events: 1, counts: {}, ms: 0 },
    ])
  })

  test('that is repeated until the bus accepts it is counted once', async () => {
    const batch = records(90)
    let turn = 0
    const { lines, invoke } = handlerWith(({ detail }) => detail.eventId === [batch[31], batch[61]][turn]?.eventID)
    let remaining = batch
    for (; remaining.length > 0; turn += 1) {
      const [failed] = (await invoke(remaining)).batchItemFailures
      const from = remaining.findIndex(record => sequenceNumberOf(record) === failed?.itemIdentifier)
      remaining = from < 0 ? [] : remaining.slice(from)
    }
    expect(lines.map(({ counts }) => counts.Redeemed)).toEqual([15, 15, 15])
  })

  test('says that a link was locked, but not if its last try was right', async () => {
    const tried = (tries: number): Link => ({
      ...makeLink({ state: 'live' }).link,
      passphraseHash: 'x',
      tries,
      maxTries: 5,
    })
    const [before, after] = [tried(4), tried(5)]
    const lastTry = recordOf({ before, after: { ...after, id: before.id } })
    const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(1), urlExpiresAt: secondsFromNoon(31) }
    const right = recordOf({
      before: { ...after, id: before.id },
      after: { ...after, id: before.id, state: 'used', receipt },
    })
    const wrong = handlerWith(() => false)
    await wrong.invoke([lastTry])
    expect(wrong.published.map(({ type }) => type)).toEqual(['Link locked'])
    const redeemed = handlerWith(() => false)
    await redeemed.invoke([lastTry, right])
    expect(redeemed.published.map(({ type }) => type)).toEqual(['Link redeemed'])
    const locked = handlerWith(() => false)
    await locked.invoke([right, lastTry])
    expect(locked.published.map(({ type }) => type)).toEqual(['Link redeemed', 'Link locked'])
  })

  test('with an invalid record is an error, before anything is published or counted', async () => {
    const { published, lines, invoke } = handlerWith(() => false)
    const invalid: DynamoDBRecord = { dynamodb: { OldImage: { id: { S: 'x' } } } }
    await expect(invoke([...records(4), invalid])).rejects.toThrow('a link item lacks a field')
    expect([published, lines]).toEqual([[], []])
  })
})
