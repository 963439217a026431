import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createPinnedVersion } from '../../../emulator/cloudfront/pinned-version.ts'
import type { CachePolicy } from '../../../emulator/cloudfront/cache-policy.ts'
import { resourceParameters } from '../../../shared/object-key.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { pinnedVersion } from '../../support/gate/pinned-version.ts'
import { ask } from '../../support/machine/http.ts'
import { type SiteOptions, type VersionSite, versionSite } from '../../support/content/version-site.ts'
import { uploadsPlace } from '../../support/content/versioned-places.ts'

/** CachingDisabled, whose key is the path alone (AWS, "Use managed cache policies"). S3 gets the version. */
const planCache: CachePolicy = {
  defaultTtl: 0,
  maxTtl: 0,
  errorTtl: 0,
  keyParameters: [],
  forwardedParameters: [resourceParameters.version],
}

/** Counts of responses to requests for one version of a file while another one is requested. */
interface Counts {
  right: number
  refused: number
  wrong: number
}

const keys = 8

/**
 * Plays rounds: links to two versions of one file are redeemed, then both URLs are requested at the same moment, of one edge, as
 * a whole or in part. Eight keys are played at once. S3 needs a moment for each response.
 */
async function race(rounds: number, options: SiteOptions): Promise<Counts> {
  const place = await uploadsPlace()
  const slow: typeof place.origin = async request => (await pause(2), place.origin(request))
  const site = await versionSite({ ...place, origin: slow }, options)
  const counts: Counts = { right: 0, refused: 0, wrong: 0 }
  async function play(key: string, number: number): Promise<void> {
    const contents = [1, 2].map(version => `${number}.${version} `.padEnd(1000, String(version)))
    const urls: string[] = []
    for (const content of contents) {
      await place.write(key, content)
      urls.push(await redeemed(site, key))
    }
    const headers: Readonly<Record<string, string>> = number % 3 === 0 ? { Range: 'bytes=0-99' } : {}
    const bodies = await Promise.all(urls.map(async url => bodyOf(url, headers)))
    for (const [index, body] of bodies.entries()) {
      const content = contents[index] ?? ''
      const isRight = body === (number % 3 === 0 ? content.slice(0, 100) : content)
      counts[body === undefined ? 'refused' : isRight ? 'right' : 'wrong'] += 1
    }
  }
  await Promise.all(
    Array.from({ length: keys }, async (_, index) => {
      for (let number = index; number < rounds; number += keys) await play(`key ${index}`, number)
    }),
  )
  return counts
}

/** Issues a link to the latest version and returns the URL of its file, at the first edge. */
async function redeemed(site: VersionSite, key: string): Promise<string> {
  const { url, pinned } = await site.issue({ key })
  const file = await site.redeem(url)
  if (!pinned || file === undefined) throw new Error('the link is not for one version')
  return file
}

async function bodyOf(url: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { status, body } = await ask(url, { headers })
  return status < 300 ? body : undefined
}

/** The pinned-version function without one of its checks. */
async function without(find: string, replace: string) {
  const root = await brokenCopy('pinned version', [{ file: 'edge/gate/pinned-version.ts', find, replace }])
  onTestFinished(() => removeCopy(root))
  const { bundlePinnedVersion } = (await import(
    join(root, 'edge/gate/bundle.ts')
  )) as typeof import('../../../edge/gate/bundle.ts')
  return createPinnedVersion(await bundlePinnedVersion())
}

describe('if two versions of a file are requested at the same moment', () => {
  test('with a plan that keeps the version out of the cache key, 1,000 times no viewer gets the other', async () => {
    const counts = await race(1000, { cache: planCache, pinnedVersion })
    console.log(`plan: ${counts.right} right, ${counts.refused} refused, ${counts.wrong} wrong`)
    expect(counts).toMatchObject({ wrong: 0 })
    expect(counts.right).toBeGreaterThanOrEqual(1000)
    expect(counts.refused).toBeGreaterThan(0)
  }, 300_000)

  test('with policies of our own, both viewers get theirs', async () => {
    expect(await race(100, {})).toEqual({ right: 200, refused: 0, wrong: 0 })
  })

  test('some get the other one from a function that does not compare versions', async () => {
    const broken = await without('delivered !== undefined && delivered.value === wanted', 'delivered !== undefined')
    expect((await race(100, { cache: planCache, pinnedVersion: broken })).wrong).toBeGreaterThan(0)
  })
})
