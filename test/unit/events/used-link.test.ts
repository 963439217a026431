import { gzipSync } from 'node:zlib'
import type { CloudWatchLogsLogEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { LinkEvent, LogLine } from '../../../events/ports.ts'
import { createLogHandler, usedLinkEvent } from '../../../events/used-link.ts'
import { manualClock } from '../../support/clock.ts'
import { testEdge } from '../../support/edge.ts'
import { makeLink, noon } from '../../support/links.ts'
import { viewerRequest } from '../../support/viewer-request.ts'

const source = { deployment: 'once', edgeRegion: 'sa-east-1' }
const context = { getRemainingTimeInMillis: () => 60_000 }
const spent = { outcome: 'refused', reason: 'spent', linkId: 'A'.repeat(22), requestId: 'r-1', ms: 3 }

function line(message: unknown, id = 'l-1'): CloudWatchLogsLogEvent {
  return { id, timestamp: noon + 1234, message: typeof message === 'string' ? message : `${JSON.stringify(message)}\n` }
}

/** Event of a subscription of the edge's log. */
function subscriptionEvent(logEvents: readonly CloudWatchLogsLogEvent[], messageType = 'DATA_MESSAGE') {
  const data = { owner: '111122223333', logGroup: '/once/edge', logStream: 's', subscriptionFilters: ['used'] }
  return { awslogs: { data: gzipSync(JSON.stringify({ ...data, messageType, logEvents })).toString('base64') } }
}

function handlerWith(rejects: (event: LinkEvent) => boolean = () => false) {
  const published: LinkEvent[] = []
  const lines: LogLine[] = []
  const put = async (events: readonly LinkEvent[]) => {
    published.push(...events.filter(event => !rejects(event)))
    return events.map(event => (rejects(event) ? 'InternalFailure' : undefined))
  }
  const ports = { clock: manualClock(), bus: { put }, log: (each: LogLine) => void lines.push(each) }
  return { published, lines, handler: createLogHandler(ports, source) }
}

describe('a line of the edge has an event', () => {
  test('if a used link was refused: which, where and when', () => {
    expect(usedLinkEvent(line(spent), source)).toEqual({
      type: 'Used link refused',
      at: noon / 1000 + 1,
      detail: {
        deployment: 'once',
        id: 'A'.repeat(22),
        requestId: 'r-1',
        edgeRegion: 'sa-east-1',
        at: '2026-11-24T12:00:01Z',
        eventId: 'l-1',
      },
    })
  })

  test('but not if the client is the one that used it', () => {
    expect(usedLinkEvent(line({ ...spent, sameClient: true }), source)).toBeUndefined()
  })

  test('if the edge writes it for a second viewer, but not for the first', async () => {
    const edge = testEdge()
    const { nonce, link } = makeLink()
    await edge.store.links.put(link, link.homeRegion)
    for (let viewers = 0; viewers < 2; viewers += 1) await edge.open(viewerRequest({ uri: `/d/${nonce}` }))
    const [first, second] = edge.lines.map(each => usedLinkEvent(line(each), source))
    expect(first).toBeUndefined()
    expect(second?.detail).toMatchObject({ id: link.id, requestId: edge.lines[1]?.requestId })
  })

  test.each<[string, unknown]>([
    ['of another outcome', { ...spent, outcome: 'redeemed' }],
    ['of another reason', { ...spent, reason: 'expired' }],
    ['without a link', { ...spent, linkId: undefined }],
    ["Lambda's own line", 'REPORT RequestId: 1 Duration: 3 ms'],
    ["Lambda's own line in JSON", { type: 'platform.report', record: {} }],
    ['a number', '7'],
    ['null', 'null'],
    ['empty', ''],
  ])('but not if it is %s', (_, message) => expect(usedLinkEvent(line(message), source)).toBeUndefined())
})

describe('the event of a subscription', () => {
  test('is published line by line, and the function logs nothing of it', async () => {
    const { published, lines, handler } = handlerWith()
    await handler(
      subscriptionEvent([line(spent, 'a'), line({ ...spent, reason: 'revoked' }, 'b'), line(spent, 'c')]),
      context,
    )
    expect(published.map(({ detail }) => detail.eventId)).toEqual(['a', 'c'])
    expect(lines).toStrictEqual([{ outcome: 'published', records: 3, events: 2, accepted: 2, ms: 0 }])
  })

  test('is not published if it only checks that the function is reachable', async () => {
    const { published, handler } = handlerWith()
    await handler(subscriptionEvent([line(spent)], 'CONTROL_MESSAGE'), context)
    expect(published).toEqual([])
  })

  test('is rejected, to be repeated, if the bus rejects an event', async () => {
    const { lines, handler } = handlerWith(({ detail }) => detail.eventId === 'b')
    await expect(handler(subscriptionEvent([line(spent, 'a'), line(spent, 'b')]), context)).rejects.toThrow(
      '1 events may not be on the bus: InternalFailure',
    )
    expect(lines[0]).toMatchObject({ events: 2, accepted: 1, error: 'InternalFailure' })
  })
})
