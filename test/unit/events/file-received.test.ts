import { expect, test } from 'vitest'
import { createFileReceived } from '../../../jobs/events/file-received.ts'
import { webhookOf } from '../../../jobs/webhooks/notify.ts'
import type { Link } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { receivedKey } from '../../../shared/received.ts'
import { usedLink } from '../../support/api/received.ts'
import { receivedOf } from '../../support/events/received.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { busEvent } from '../../support/webhooks/events.ts'

const { link, right } = usedLink({ notify: 'orders', reference: 'case 17' })
const { redemptionId } = right
const key = receivedKey(link, right)
const file = { key, bytes: 4711, at: '2026-11-24T12:08:00Z' }

test('says that the file of a link has arrived, when, of how many bytes, and not its key', async () => {
  const [event, ...others] = await receivedOf(link, file)
  expect(others).toEqual([])
  const detail = {
    deployment: 'once',
    id: link.id,
    reference: 'case 17',
    notify: 'orders',
    redeemedAt: '2026-11-24T12:00:00Z',
    bytes: 4711,
    at: file.at,
    eventId: `${link.id}-received`,
  }
  expect(event).toMatchObject({ type: 'File received', at: secondsFromNoon(480), detail })
  for (const secret of ['clinic/', redemptionId]) expect(JSON.stringify(event)).not.toContain(secret)
})

test('says it of a link that was revoked while the completion was under way', async () => {
  expect(await receivedOf({ ...link, state: 'revoked' }, file)).toHaveLength(1)
})

test('an event that S3 sends twice is the same webhook twice', async () => {
  const events = [...(await receivedOf(link, file)), ...(await receivedOf(link, file))]
  const [first, second] = events.map(({ type, detail }) => webhookOf(busEvent(type, detail)))
  expect(first).toMatchObject({ type: 'link.received', id: `${link.id}-received` })
  expect(second).toEqual(first)
})

test.each<readonly [string, Link | undefined, string]>([
  ['of another redemption', link, receivedKey(link, { ...right, redemptionId: makeDraft().redemptionId })],
  ['below another prefix', link, `a/${key}`],
  ['below no prefix', link, key.replace('clinic/', '')],
  ['in a folder of that name', link, key.replace('received', 'notreceived')],
  ['in a folder below it', link, `${key}/a`],
  ['that no link put there', link, 'clinic/received/report.pdf'],
  ['of a link that is gone', undefined, key],
  ['of a link that was not used', { ...link, state: 'live', receipt: undefined } as unknown as Link, key],
  ['of a link that gives a file of that name', { ...link, maxBytes: undefined } as unknown as Link, key],
])('says nothing of an object %s', async (_, found, objectKey) => {
  expect(await receivedOf(found, { ...file, key: objectKey })).toEqual([])
})

test('reads no link for an object that no link can have taken', async () => {
  const ports = {
    clock: manualClock(),
    bus: { put: async () => [] },
    read: async () => Promise.reject(new Error('read')),
  }
  const receive = createFileReceived(ports, 'once')
  const context = { getRemainingTimeInMillis: () => 60_000 }
  const { link: plain } = makeLink({ key: 'clinic/received' as ObjectKey })
  await receive({ ...file, key: `${plain.key}/${plain.id}/report.pdf` }, context)
  await expect(receive(file, context)).rejects.toThrow('read')
})

test('rejects if the event may not be on the bus, so that Lambda calls it again', async () => {
  await expect(receivedOf(link, file, 'InternalFailure')).rejects.toThrow('InternalFailure')
})
