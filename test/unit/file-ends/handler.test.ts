import { expect, test } from 'vitest'
import { createHandler } from '../../../jobs/file-ends/handler.ts'
import type { LogLine } from '../../../jobs/file-ends/ports.ts'
import type { Link } from '../../../shared/link.ts'
import type { VersionId } from '../../../shared/object-key.ts'
import type { Schedule } from '../../../shared/table/schedule.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'

const hour = 3600
const version = { key: 'report.pdf', versionId: 'v1' }
const make = (fields: Partial<Link> = {}): Link => ({
  ...makeLink({ state: 'live' }).link,
  versionId: 'v1' as VersionId,
  deleteFile: 'version',
  ...fields,
})

/** A link that ends an hour after noon, and was used a minute after noon. */
const live = make()
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(60), urlExpiresAt: secondsFromNoon(90) }
const used = make({ state: 'used', receipt })
const replacement = make()
const replaced = make({ state: 'revoked', replacedBy: replacement.id })
const unopenedEnd = hour + live.urlSeconds + 300

/** Asks about the first of these links, `seconds` after noon. */
async function ask(seconds: number, ...links: readonly Link[]) {
  const deleted: object[] = []
  const schedules: Schedule[] = []
  const lines: LogLine[] = []
  const clock = manualClock()
  clock.advance(seconds * 1000)
  const handler = createHandler({
    clock,
    read: async id => links.find(link => link.id === id),
    files: { deleteVersion: async file => void deleted.push(file) },
    scheduler: { create: async schedule => void schedules.push(schedule) },
    target: { target: 'arn:of:file-ends', deadLetters: 'arn:of:queue' },
    log: line => void lines.push(line),
  })
  await handler({ id: links[0]?.id ?? live.id })
  const [line] = lines
  return { outcome: line?.outcome, deleted, next: schedules.map(({ at }) => at - secondsFromNoon(0)) }
}

test.each<readonly [string, number, readonly Link[]]>([
  ['was not opened, after its end and that of what it could have handed out', unopenedEnd, [live]],
  ['was used, an hour after its URL ended', 90 + hour, [used]],
  ['was revoked unused, an hour after it was issued', hour, [make({ state: 'revoked' })]],
  ['was revoked after its use, at the same time', 90 + hour, [{ ...used, state: 'revoked' }]],
  ['is used up', 90 + hour, [make({ maxUses: 2, uses: [makeUse(10), makeUse(60)] })]],
  ['was replaced, with the link in its place', 90 + hour, [replaced, { ...replacement, state: 'used', receipt }]],
])('deletes the version of a link that %s, and not before', async (_, seconds, links) => {
  expect(await ask(seconds, ...links)).toEqual({ outcome: 'deleted', deleted: [version], next: [] })
  const early = await ask(seconds - 1, ...links)
  expect(early).toEqual({ outcome: 'moved', deleted: [], next: [seconds - 1 + 60] })
})

test.each<readonly [string, number, readonly Link[]]>([
  ['whose uses are not all taken', unopenedEnd, [make({ maxUses: 3, uses: [makeUse(10), makeUse(60)] })]],
  ['that is locked', unopenedEnd, [make({ tries: 5, maxTries: 5 })]],
  ['that was replaced by one that works', unopenedEnd, [replaced, replacement]],
  ['that was replaced twice', unopenedEnd, [replaced, { ...replacement, state: 'revoked', replacedBy: live.id }, live]],
])('waits for the end of a link %s', async (_, end, links) => {
  expect(await ask(0, ...links)).toEqual({ outcome: 'moved', deleted: [], next: [end] })
})

test.each<readonly [string, readonly Link[]]>([
  ['that is not there', []],
  ['in whose place one is not there', [replaced]],
  ['whose file stays', [make({ state: 'revoked', deleteFile: undefined as never })]],
  ['without a version', [make({ state: 'revoked', versionId: undefined as never })]],
])('deletes nothing of a link %s, and says so', async (_, links) => {
  expect(await ask(30 * 24 * hour, ...links)).toEqual({ outcome: 'kept', deleted: [], next: [] })
})
