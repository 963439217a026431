import { expect, test } from 'vitest'
import { hastenFileEnds } from '../../../jobs/events/hasten.ts'
import type { Link } from '../../../shared/link.ts'
import type { Schedule } from '../../../shared/table/schedule.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'
import { type Change, recordOf } from '../../support/table/stream-records.ts'

const live: Link = { ...makeLink({ state: 'live' }).link, deleteFile: 'version' }
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(60), urlExpiresAt: secondsFromNoon(90) }
const used: Link = { ...live, state: 'used', receipt }
const several = (...uses: Link['uses'] & object): Link => ({ ...live, maxUses: 2, uses })

/** Returns when the file of a link is asked about because of a change, in seconds after noon, as the stream of this Region shows it. */
async function hastened(change: Change, here = 'us-east-1'): Promise<readonly number[]> {
  const made: Schedule[] = []
  const ports = {
    scheduler: { create: async (schedule: Schedule) => void made.push(schedule) },
    to: { target: 'arn:of:file-ends', deadLetters: 'arn:of:queue' },
  }
  const source = { deployment: 'once', mode: 'home', here } as const
  expect(await hastenFileEnds([recordOf(change)], { ports, source, now: secondsFromNoon(100) })).toBeUndefined()
  return made.map(({ at }) => at - secondsFromNoon(0))
}

test.each<readonly [string, Change, readonly number[]]>([
  ['used', { before: live, after: used }, [90 + 3600]],
  ['revoked unused', { before: live, after: { ...live, state: 'revoked' } }, []],
  [
    'used by the last of several clients',
    { before: several(makeUse(10)), after: several(makeUse(10), makeUse(60)) },
    [90 + 3600],
  ],
  ['used by the first of several clients', { before: several(), after: several(makeUse(10)) }, []],
  ['revoked after its use', { before: used, after: { ...used, state: 'revoked' } }, []],
  ['replaced', { before: live, after: { ...live, state: 'revoked', replacedBy: used.id } }, []],
  [
    'used, and its file stays',
    { before: makeLink({ state: 'live' }).link, after: { ...used, deleteFile: undefined as never } },
    [],
  ],
  ['issued', { after: live }, []],
  ['purged', { before: used, byTtl: true }, []],
])('the file of a link that is %s', async (_, change, expected) => {
  expect(await hastened(change)).toEqual(expected)
})

test('only the stream of its home Region hastens a file', async () => {
  expect(await hastened({ before: live, after: used }, 'eu-west-1')).toEqual([])
})

test('a schedule that fails holds up no event, and is reported', async () => {
  const create = async () => Promise.reject(new RangeError('throttled'))
  const ports = { scheduler: { create }, to: { target: 'a', deadLetters: 'b' } }
  const source = { deployment: 'once', mode: 'strong', here: 'us-east-1' } as const
  const records = [recordOf({ before: live, after: used })]
  expect(await hastenFileEnds(records, { ports, source, now: secondsFromNoon(100) })).toBe('RangeError')
})
