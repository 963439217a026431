import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../shared/aws/process.ts'
import { type CachePolicy, contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { type Answer, ask } from '../../support/machine/http.ts'
import { versionSite } from '../../support/content/version-site.ts'
import { uploadsPlace } from '../../support/content/versioned-places.ts'

/** A capability that all three edges have served, whose version is then deleted. */
async function deletedVersion(cache: CachePolicy) {
  const clock = manualClock(systemClock.now())
  const place = await uploadsPlace(clock)
  const site = await versionSite(place, { cache, clock })
  await place.write('film.mp4', 'the issued version')
  const { url, versionId = '' } = await site.issue({ key: 'film.mp4', media: 'object', urlSeconds: 3600 })
  const { host, pathname, search } = new URL((await site.redeem(url)) ?? '')
  /** Requests the file at each edge, as viewers whose DNS leads them there. */
  async function everywhere(headers: Record<string, string> = {}, method = 'GET'): Promise<readonly Answer[]> {
    const ofSite = { method, headers: { ...headers, host } }
    return Promise.all(site.edges.map(edge => ask(`${edge}${pathname}${search}`, ofSite)))
  }
  const statuses = async (...request: Parameters<typeof everywhere>) =>
    new Set((await everywhere(...request)).map(({ status }) => status))
  for (const range of [undefined, 'bytes=0-2']) await everywhere(range === undefined ? {} : { range })
  await everywhere({}, 'HEAD')
  await place.deleteVersion('film.mp4', versionId)
  await place.write('film.mp4', 'a later version')
  return { clock, statuses }
}

/** Checks that no edge serves a version any more, in any way, `seconds` after it was deleted. */
async function isGone(cache: CachePolicy, seconds: number): Promise<void> {
  const { clock, statuses } = await deletedVersion(cache)
  clock.advance(seconds * 1000)
  expect(await statuses()).toEqual(new Set([403]))
  expect(await statuses({ range: 'bytes=0-2' })).toEqual(new Set([403]))
  expect(await statuses({}, 'HEAD')).toEqual(new Set([403]))
}

describe('no edge serves a version that was deleted', () => {
  test('at once, without cacheSeconds', () => isGone(contentCache(0), 0))
  test('after cacheSeconds', () => isGone(contentCache(60), 60))
  test('but until then', async () => {
    const { clock, statuses } = await deletedVersion(contentCache(60))
    clock.advance(59_999)
    expect(await statuses()).toEqual(new Set([200]))
  })
  test('but with a cache of a day, also if its key has the version, each edge does', async () => {
    const day = { ...contentCache(60), defaultTtl: 86_400, maxTtl: 31_536_000, errorTtl: 10 }
    await expect(isGone(day, 60)).rejects.toThrow('expected Set{ 200 } to deeply equal Set{ 403 }')
  })
})
