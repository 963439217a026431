import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DynamoDBRecord } from 'aws-lambda'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/aws.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { createHandler } from '../../../jobs/events/handler.ts'
import { requestMs } from '../../../jobs/events/ports.ts'
import { repeatingEventBridge } from '../../../shared/aws/event-bridge.ts'
import { type Link, type ReceiptDraft } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochMs, plusSeconds, secondsOf } from '../../../shared/time.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { eventBridgeHere, type PublishedEvent } from '../../support/events/event-bridge.ts'
import { makeDraft, makeLink, makeUse, redemptionOf } from '../../support/table/links.ts'
import { storeOn, type SweptStore } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { streamedTable } from './streams.ts'

const homes = ['us-east-1', 'eu-west-1'] as const
const now = secondsOf(Date.now() as EpochMs)

/** A link that expires in an hour. */
const current = (fields: Partial<Link> = {}) =>
  makeLink({ issuedAt: now, expiresAt: plusSeconds(now, 3600), ...fields })
/** Ids of links of which one client took one of several uses, and repeated it. */
const repeated: string[] = []
/** A link that expired two hours ago and is due for its purge. */
const due = (fields: Partial<Link> = {}) =>
  makeLink({ issuedAt: plusSeconds(now, -9000), expiresAt: plusSeconds(now, -7200), ...fields })

/** Consumes a link as an edge would, a minute before it expires. */
async function consume({ table }: SweptStore, link: Link, receipt?: ReceiptDraft): Promise<void> {
  const { homeRegion, expiresAt, passphraseHash, maxUses } = link
  const redemption = {
    ...redemptionOf(link),
    ...(receipt && { receipt }),
    passphraseHash,
    several: maxUses !== undefined,
  }
  const attempt = { region: homeRegion, now: plusSeconds(expiresAt, -60), timeoutMs: 5000 }
  expect((await table.tryConsume(redemption, attempt)).kind).toBe('consumed')
}

/**
 * Lets everything happen to links of one home Region. Returns the expected events, as `event id`, and the links to
 * purge.
 */
async function live(
  store: SweptStore,
  homeRegion: Region,
): Promise<{ events: readonly string[]; toPurge: readonly Link[] }> {
  const { links, sweepings, table } = store
  const events: string[] = []
  const toPurge: Link[] = []
  async function issue({ link }: { link: Link }, type?: string): Promise<Link> {
    expect(await links.put(link, homeRegion)).toBe('put')
    if (type !== undefined) events.push(`${type} ${link.id}`)
    if (link.purgeAt <= now) toPurge.push(link)
    return link
  }
  const revoke = (link: Link) => links.revoke(link, homeRegion)
  const state = 'live'
  await issue(current({ homeRegion }))
  await consume(store, await issue(current({ homeRegion, reference: 'case 17' }), 'Link redeemed'))

  const kept = await issue(current({ homeRegion, state }), 'Link redeemed')
  const receipt = makeDraft()
  await consume(store, kept, receipt)
  await consume(store, kept, receipt)
  for (let times = 0; times < 2; times += 1) {
    await table.inspect(kept, 'refusedAfterUse', { region: homeRegion, now, timeoutMs: 5000 })
    events.push(`Used link refused ${kept.id}`)
  }
  events.push(`Link revoked ${kept.id}`)
  for (let times = 0; times < 2; times += 1) {
    expect(await revoke(kept)).toMatchObject({ state: 'revoked', receipt: { redemptionId: receipt.redemptionId } })
  }

  for (const guarded of [{}, { passphraseHash: 'right', tries: 1, maxTries: 3 }]) {
    const shared = await issue(
      current({ homeRegion, state, maxUses: 2, uses: [makeUse(-2)], ...guarded }),
      'Link redeemed',
    )
    repeated.push(shared.id)
    for (let times = 0; times < 3; times += 1) await consume(store, shared, receipt)
  }

  for (const each of [current({ homeRegion }), current({ homeRegion, state })]) {
    const link = await issue(each, 'Link revoked')
    for (let times = 0; times < 2; times += 1) expect(await revoke(link)).toEqual({ ...link, state: 'revoked' })
  }

  await issue(due({ homeRegion }), 'Link expired')
  await issue(due({ homeRegion, state }), 'Link expired')
  await consume(store, await issue(due({ homeRegion, state }), 'Link redeemed'), makeDraft())
  await revoke(await issue(due({ homeRegion }), 'Link revoked'))
  if (homeRegion === sweptRegion) {
    for await (const ids of sweepings.find(0, 1, now)) for (const id of ids) await sweepings.purge(id, now)
  }
  return { events, toPurge }
}

/** The sweeper purges links of this Region; TTL those of the other. */
const sweptRegion: Region = 'us-east-1'

/** Returns whether TTL, which runs at any time, has purged the links of the other Region. */
async function isPurgedByTtl({ links }: SweptStore, toPurge: readonly Link[]): Promise<boolean> {
  const found = await Promise.all(toPurge.map(({ id, homeRegion }) => links.find(id, homeRegion)))
  return found.every(link => link === undefined)
}

type Create = typeof createHandler

/**
 * Delivers a Region's records to its function, in batches as Lambda does, and repeats them from where the function
 * says.
 */
async function deliver(
  records: readonly DynamoDBRecord[],
  here: Region,
  { create = createHandler, endpoint }: { create?: Create; endpoint: string },
): Promise<void> {
  process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'] = endpoint
  const ports = {
    clock: manualClock(),
    bus: { put: repeatingEventBridge('once', 'us-east-1', requestMs) },
    log: () => undefined,
  }
  const handler = create(ports, { deployment: 'once', mode: 'home', here })
  let remaining = records
  for (let turn = 0; remaining.length > 0; turn += 1) {
    if (turn > 100) throw new Error('the function requests the same records endlessly')
    const Records = remaining.slice(0, 30)
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 })
    const [failed] = batchItemFailures
    const done = Records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed?.itemIdentifier)
    remaining = remaining.slice(done < 0 ? Records.length : done)
  }
}

const nameOf = ({ type, detail }: PublishedEvent) => `${type} ${detail['id']}`

onDynamodbLocal(endpoint => {
  const { config } = tablesAt(endpoint)
  const records = new Map<Region, readonly DynamoDBRecord[]>()
  let expected: readonly string[] = []

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' })
    const name = `links-${randomUUID()}`
    const table = await streamedTable(name, homes, config)
    const store = storeOn({ edge: dynamodbOfEdge(homes, config), api: dynamodbOfApi(homes, config) }, name)
    const outcomes = []
    for (const home of homes) outcomes.push(await live(store, home))
    expected = outcomes.flatMap(({ events }) => events).toSorted()
    const toPurge = outcomes.flatMap(outcome => outcome.toPurge)
    for (const home of homes) await table.turnOnTtl(home)
    let isPurged = false
    for (let turn = 0; turn < 120 && !isPurged; turn += 1) {
      isPurged = await isPurgedByTtl(store, toPurge)
      await pause(500)
    }
    expect(isPurged).toBe(true)
    await table.replicate('us-east-1', 'eu-west-1')
    await table.replicate('eu-west-1', 'us-east-1')
    for (const home of homes) records.set(home, await table.read(home))
  }, 120_000)

  /** Lets the functions of both Regions read their streams. Returns the bus. */
  async function publishAll(create?: Create, rejects?: Parameters<typeof eventBridgeHere>[0]) {
    const bus = await eventBridgeHere(rejects)
    for (const [region, each] of records)
      await deliver(each, region, { endpoint: bus.endpoint, ...(create && { create }) })
    return bus
  }

  test('both streams have every change, of either home Region', () => {
    const changes = [...records.values()].map(each => each.length)
    expect(changes[0]).toBe(changes[1])
    const byTtl = [...records.values()].map(
      each => each.filter(({ userIdentity }) => userIdentity !== undefined).length,
    )
    expect(byTtl[1]).toBeGreaterThan(0)
  })

  test('a repeat of one of several uses changes nothing, so the streams have no record of it', () => {
    expect(repeated).toHaveLength(4)
    for (const each of records.values())
      for (const id of repeated)
        expect(
          each.filter(({ dynamodb }) => dynamodb?.Keys?.['id']?.S === id).map(({ eventName }) => eventName),
        ).toEqual(['INSERT', 'MODIFY'])
  })

  test('each event is published once, over both Regions, and to no other bus', async () => {
    const { accepted, requests } = await publishAll()
    expect(accepted.map(nameOf).toSorted()).toEqual(expected)
    expect(new Set(accepted.map(({ bus, source }) => `${bus} ${source}`))).toEqual(new Set(['once once-at-edge']))
    expect(new Set(requests.map(request => request.split(' ').slice(0, 2).join(' ')))).toEqual(
      new Set(['AWSEvents.PutEvents us-east-1']),
    )
  })

  test('each event describes its link, and reveals no secret', async () => {
    const { accepted } = await publishAll()
    const text = JSON.stringify(accepted)
    expect(text).toContain('case 17')
    for (const secret of ['report.pdf', 'redemptionId', 'addressHash', 'prefixHash', '"key"']) {
      expect(text).not.toContain(secret)
    }
    for (const { time, detail } of accepted)
      expect(detail['at']).toBe(new Date(time * 1000).toISOString().replace('.000', ''))
    const withReceipt = accepted.filter(({ detail }) => detail['redeemedAt'] !== undefined)
    const expectedTypes = [
      ...Array.from({ length: 8 }, () => 'Link redeemed'),
      ...Array.from({ length: 2 }, () => 'Link revoked'),
      ...Array.from({ length: 4 }, () => 'Used link refused'),
    ]
    expect(withReceipt.map(({ type }) => type).toSorted()).toEqual(expectedTypes)
  })

  test('a bus that rejects some events gets each in the end, and none twice', async () => {
    const rejected = new Set<unknown>()
    const { accepted } = await publishAll(undefined, ({ detail: { eventId } }, count) => {
      // Once each: if all attempts of the function failed, Lambda would repeat the batch.
      if (count % 3 !== 0 || rejected.has(eventId)) return undefined
      rejected.add(eventId)
      return 'ThrottlingException'
    })
    expect(rejected.size).toBeGreaterThan(5)
    expect(accepted.map(nameOf).toSorted()).toEqual(expected)
  })

  test('a bus that fails for a while gets each event in the end; repeated events have the same id', async () => {
    const { accepted } = await publishAll(undefined, ({ detail }, count) => {
      if (count < 4) throw new Error('down')
      return count < 20 && detail['homeRegion'] === 'us-east-1' && count % 4 !== 0 ? 'InternalFailure' : undefined
    })
    expect(new Set(accepted.map(nameOf))).toEqual(new Set(expected))
    expect(new Set(accepted.map(({ detail }) => detail['eventId'])).size).toBe(expected.length)
  })

  describe('broken on purpose, the test notices a copy that', () => {
    test.each([
      ['publishes links of other home Regions', 'if (!isOfStream(before, source)) return undefined'],
      [
        'publishes the removal of links that had ended',
        "if (link.state === 'used' || link.state === 'revoked' || latestUse(link)) return undefined",
      ],
      [
        'ignores the time and TTL',
        "if (isByTtl(record) || at >= link.purgeAt - clockToleranceSeconds) return 'Link expired'",
      ],
    ])('%s', async (name, find) => {
      const root = await brokenCopy(
        name,
        [{ file: 'jobs/events/link-event.ts', find, replace: '' }],
        ['jobs', 'shared'],
      )
      onTestFinished(() => removeCopy(root))
      const { createHandler } = (await import(join(root, 'jobs/events/handler.ts'))) as { createHandler: Create }
      const { accepted } = await publishAll(createHandler)
      expect(accepted.map(nameOf).toSorted()).not.toEqual(expected)
    })
  })
})
