import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { onSwift } from '../../support/content/swift-s3.ts'
import { type IssuedLink, type SiteOptions, type VersionSite, versionSite } from '../../support/content/version-site.ts'
import { type Got, open, withoutVersion } from '../../support/content/version-viewer.ts'
import { folderPlace, type Place, swiftPlace, uploadsPlace } from '../../support/content/versioned-places.ts'

/** Bytes of a file: so many that it can change while it is sent. */
const fileBytes = 100_000

/** `PROOF=all` plays 1,000. */
const rounds = process.env['PROOF'] === 'all' ? 1000 : 300

/** Longest time of a race, in milliseconds; 1,000 rounds take about 40,000. */
const timeout = 600_000

/** Counts of rounds in which files are overwritten while links to them are opened. */
interface Counts {
  right: number
  refused: number
  wrong: number
}

/**
 * Plays rounds: a link is issued for version 1; then, at the same time, version 2 is written and the link is opened; when
 * version 2 is there, a link for it is opened while version 3 is written. Eight keys are played at once.
 */
async function race(place: Place, count: number, options: SiteOptions = {}): Promise<Counts> {
  const site = await versionSite(place, options)
  const counts: Counts = { right: 0, refused: 0, wrong: 0 }
  const note = (got: Got, content: string) => {
    counts[got === content ? 'right' : got === 'refused' ? 'refused' : 'wrong'] += 1
  }
  async function play(key: string, numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      const contents = [1, 2, 3].map(version => `${number}.${version} `.padEnd(fileBytes, String(version)))
      const where = ([0, 1, 2, 'exchange'] as const)[number % 4]
      const [one = '', two = '', three = ''] = contents
      await place.write(key, one)
      const first = await issueWithPatience(site, key)
      const opened = await during(
        () => place.write(key, two),
        () => open(site, first.url, where),
        number,
      )
      note(opened, one)
      const second = await issueWithPatience(site, key)
      const openedAgain = await during(
        () => place.write(key, three),
        () => open(site, second.url, where),
        number,
      )
      note(openedAgain, two)
    }
  }
  const keys = Array.from({ length: 8 }, (_, index) => `key ${index}`)
  const all = Array.from({ length: count }, (_, number) => number)
  await Promise.all(
    keys.map((key, index) =>
      play(
        key,
        all.filter(number => number % keys.length === index),
      ),
    ),
  )
  return counts
}

/** Issues a link, again if a busy machine was too slow for the api: it then responds with 503. */
async function issueWithPatience(site: VersionSite, key: string): Promise<IssuedLink> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await site.issue({ key })
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

/**
 * Opens at a random moment of an overwrite; in each third round once it has ended, because on a busy machine an overwrite takes
 * longer than any opening.
 */
async function during(overwrite: () => Promise<unknown>, opening: () => Promise<Got>, number: number): Promise<Got> {
  const overwritten = later(overwrite)
  const [got] = await Promise.all([number % 3 === 0 ? overwritten.then(opening) : later(opening), overwritten])
  return got
}

/** Does something after up to 60 ms, as long as a redemption takes. */
async function later<T>(work: () => Promise<T>): Promise<T> {
  await pause(Math.random() * 60)
  return work()
}

describe(`in ${rounds} rounds in which overwrites race redemptions, no viewer gets another version`, () => {
  test('in the folder of the emulator', { timeout }, async () => {
    const counts = await race(await folderPlace(), rounds)
    console.log(`folder: ${counts.right} right, ${counts.refused} refused, ${counts.wrong} wrong`)
    expect(counts).toMatchObject({ wrong: 0 })
    expect(counts.right).toBeGreaterThan(0)
    expect(counts.refused).toBeGreaterThan(0)
  })
  test('among uploads to the emulator, and none is refused', { timeout }, async () => {
    const counts = await race(await uploadsPlace(), rounds)
    expect(counts).toEqual({ right: 2 * rounds, refused: 0, wrong: 0 })
  })
  test.each([
    ['in the folder', folderPlace],
    ['among uploads', uploadsPlace],
  ])('but some do if their URLs do not name the version: %s', async (_, place) => {
    const counts = await race(await place(), 100, { code: await withoutVersion() })
    expect(counts.wrong).toBeGreaterThan(0)
  })
})

onSwift(s3 => {
  test('in 50 rounds in which overwrites race redemptions, no viewer gets another version', async () => {
    const counts = await race(await swiftPlace(s3(), 'race'), 50)
    expect(counts).toEqual({ right: 100, refused: 0, wrong: 0 })
  })
})
