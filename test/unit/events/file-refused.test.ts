import { expect, test } from 'vitest'
import { createFileRefused } from '../../../jobs/events/file-refused.ts'
import type { OwnEvent } from '../../../jobs/events/ports.ts'
import { manualClock } from '../../support/machine/clock.ts'

const file = { versionId: 'v1', result: 'THREATS_FOUND', at: '2026-12-03T10:11:12Z', eventId: '72c7d362' }

/** Has the rule call the function; `code` is that with which the bus rejects the event. Returns what was sent. */
async function refused(code?: string): Promise<readonly OwnEvent[]> {
  const sent: OwnEvent[] = []
  const bus = { put: async (events: readonly OwnEvent[]) => (sent.push(...events), events.map(() => code)) }
  await createFileRefused({ clock: manualClock(), bus }, 'once')(file, { getRemainingTimeInMillis: () => 60_000 })
  return sent
}

test('says of a file in which something was found which version that is, and not its key', async () => {
  const at = Date.parse(file.at) / 1000
  expect(await refused()).toEqual([{ type: 'File refused', at, detail: { deployment: 'once', ...file } }])
})

test('rejects if the event may not be on the bus, so that Lambda calls it again', async () => {
  await expect(refused('InternalFailure')).rejects.toThrow('InternalFailure')
})
