import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt, locationOf } from '../../support/machine/http.ts'
import { onSwift } from '../../support/content/swift-s3.ts'
import { type SiteOptions, versionSite } from '../../support/content/version-site.ts'
import { type Got, open, withoutVersion } from '../../support/content/version-viewer.ts'
import {
  folderPlace,
  type Place,
  swiftPlace,
  uploadsPlace,
  type VersionedPlace,
} from '../../support/content/versioned-places.ts'

/** A link for a file that is overwritten, and then one for the other file, at an edge and by the exchange. */
async function overwrite(place: Place, options: SiteOptions = {}): Promise<readonly Got[]> {
  const site = await versionSite(place, options)
  const results: Got[] = []
  for (const [round, where] of ([0, 2, 'exchange'] as const).entries()) {
    const key = `report ${round}.pdf`
    await place.write(key, 'one')
    const first = await site.issue({ key })
    await place.write(key, 'two!')
    const second = await site.issue({ key })
    expect([first.pinned, second.pinned]).toEqual([true, true])
    results.push(await open(site, first.url, where), await open(site, second.url, where))
  }
  return results
}

const keeps = ['one', 'two!', 'one', 'two!', 'one', 'two!']
const refuses = ['refused', 'two!', 'refused', 'two!', 'refused', 'two!']
const mixesUp = ['two!', 'two!', 'two!', 'two!', 'two!', 'two!']

describe('a link delivers the version that was issued, or nothing, if its object is overwritten', () => {
  test('in the folder of the emulator, which keeps one version', async () => {
    expect(await overwrite(await folderPlace())).toEqual(refuses)
  })
  test('among uploads to the emulator', async () => {
    expect(await overwrite(await uploadsPlace())).toEqual(keeps)
  })
  test.each([
    ['in the folder', folderPlace],
    ['among uploads', uploadsPlace],
  ])('but not if its URL does not name the version: %s', async (_, place) => {
    expect(await overwrite(await place(), { code: await withoutVersion() })).toEqual(mixesUp)
  })
})

describe('so does the emulator that `npm start` starts', () => {
  /** Issues a link, overwrites its object, issues another, and opens both. */
  async function opened(write: (content: string, api: string) => Promise<unknown>, bucket = temporaryFolder()) {
    const { api } = await emulatorHere({ bucket })
    const urls: string[] = []
    for (const content of ['one', 'two!']) {
      await write(content, api)
      urls.push((await issueAt(api, { key: 'k' })).url)
    }
    const responses = await Promise.all(urls.map(async url => ask(locationOf(await ask(url), url))))
    return responses.map(({ status, body }) => (status === 200 ? body : status))
  }
  test('in its folder', async () => {
    const bucket = temporaryFolder()
    expect(await opened(async content => writeFileSync(join(bucket, 'k'), content), bucket)).toEqual([403, 'two!'])
  })
  test('among its uploads', async () => {
    const upload = (content: string, api: string) =>
      createClient({ origin: api }).upload(new Blob([content]), { key: 'k', replace: true })
    expect(await opened(upload)).toEqual(['one', 'two!'])
  })
})

/** What becomes of links that are pinned to a version, and not, by what is done to their object. */
async function openAfter(place: VersionedPlace, change: (key: string, versionId: string) => Promise<void>) {
  const site = await versionSite(place)
  const key = `k${Math.random()}`
  const free = await site.issue({ key, allowMissing: true })
  await place.write(key, 'earlier')
  await place.write(key, 'issued')
  const pinned = await site.issue({ key })
  expect([pinned.pinned, free.pinned]).toEqual([true, false])
  await change(key, pinned.versionId ?? '')
  return { pinned: () => open(site, pinned.url), free: () => open(site, free.url) }
}

/** Checks the table of decision 21. Swift can't delete the latest version as S3 does, so there is a later one. */
async function checkChanges(place: VersionedPlace): Promise<void> {
  const { write, deleteObject, deleteVersion } = place
  const overwritten = await openAfter(place, key => write(key, 'other'))
  expect([await overwritten.pinned(), await overwritten.free()]).toEqual(['issued', 'other'])
  const deleted = await openAfter(place, deleteObject)
  expect([await deleted.pinned(), await deleted.free()]).toEqual(['issued', 'refused'])
  const without = await openAfter(place, async (key, versionId) => {
    await write(key, 'later')
    await deleteVersion(key, versionId)
  })
  expect([await without.pinned(), await without.free()]).toEqual(['refused', 'later'])
}

test('overwriting, a delete marker and deleting a version do to open links what decision 21 says', async () => {
  const place = await uploadsPlace()
  await checkChanges(place)
  const without = await openAfter(place, place.deleteVersion)
  expect([await without.pinned(), await without.free()]).toEqual(['refused', 'earlier'])
})

onSwift(s3 => {
  test('a link delivers the version that was issued if its object is overwritten', async () => {
    expect(await overwrite(await swiftPlace(s3(), 'overwrite'))).toEqual(keeps)
  })
  test('but not if its URL does not name the version', async () => {
    const place = await swiftPlace(s3(), 'unnamed')
    expect(await overwrite(place, { code: await withoutVersion() })).toEqual(mixesUp)
  })
  test('overwriting, a delete marker and deleting a version do to open links what decision 21 says', async () => {
    await checkChanges(await swiftPlace(s3(), 'changes'))
  })
})
