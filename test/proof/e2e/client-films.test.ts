import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { mediaBucket } from '../../support/content/media-bucket.ts'
import { playerOn } from '../../support/content/media-player.ts'
import type { Passage } from '../../support/content/moving-proxy.ts'
import { movingSite, type Place, plain, secure } from '../../support/content/moving-site.ts'

/** Addresses of a viewer who changes the network three times. */
const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
/** Segments in the middle of a film. When one is asked for, the network has just changed. */
const changes = ['/film/02.m4s', '/film/03.m4s', '/film/05.m4s']

describe.skipIf(missingChromium)('a film, while the address changes three times, in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium({ trustsAll: true })
  })
  afterAll(() => browser.close())

  /** Opens a link to a film, whose requests pass as `passageOf` says. */
  async function filmAt(place: Place, fields: object, passageOf: (path: string) => Passage) {
    const site = await movingSite({ ...place, bucket: mediaBucket(), passageOf })
    const context = await personIn(browser)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    expect((await page.goto(await site.issue({ media: true, ...fields })))?.status()).toBe(200)
    return { ...site, page, player: playerOn(page) }
  }

  /** Lets requests come from the next address from each of `changes` on. */
  function moving() {
    const left = [...addresses]
    return (path: string) => {
      if (changes.includes(path)) left.shift()
      return { from: left[0] }
    }
  }

  /** Lets a piece of the film through from each address. Then nothing more comes until the connection breaks. */
  function inPieces() {
    const left = [...addresses]
    const pieces = [36_000, 20_000, 10_000]
    return (path: string): Passage =>
      path === '/film.mp4'
        ? { from: left.length > 1 ? left.shift() : left[0], bytes: pieces.shift(), fallsSilent: true }
        : {}
  }

  /** Plays on while connections break. Returns from where the browser asked for the film, and the statuses. */
  async function playOver({ player, passed, disconnect }: Awaited<ReturnType<typeof filmAt>>, changes: number) {
    const requests = () => passed.filter(({ path }) => path === '/film.mp4')
    for (let change = 1; change <= changes; change += 1) {
      await player.play()
      disconnect()
      // On a busy machine, the browser may ask more than once.
      await vi.waitFor(() => expect(requests().length).toBeGreaterThan(change), { timeout: 30_000 })
    }
    return [...new Set(requests().map(({ from, status }) => `${from} ${status}`))]
  }

  test.each([plain, secure])('in parts plays to its end, by default: $scheme, gate $gateOrder', async place => {
    const { player, passed } = await filmAt(place, { key: 'film/index.m3u8' }, moving())
    await player.playToTheEnd()
    expect(await player.state()).toMatchObject({ at: 6, ended: true })
    const segments = passed.filter(({ path }) => path.endsWith('.m4s'))
    expect(segments.every(({ status }) => status === 206)).toBe(true)
    expect([...new Set(segments.map(({ from }) => from))]).toEqual(addresses)
  })

  test.each([
    { bind: 'client', place: plain },
    { bind: 'client-only', place: secure },
  ])('in one file plays to its end with bind $bind', async ({ bind, place }) => {
    const film = await filmAt(place, { key: 'film.mp4', bind }, inPieces())
    expect(await playOver(film, 3)).toEqual(addresses.map(from => `${from} 206`))
    await film.player.playToTheEnd()
    expect(await film.player.state()).toMatchObject({ at: 60, ended: true })
  })

  describe('with bind exact stops at the first change; back there, a reload plays it again:', () => {
    /** Opens a film, and returns a function that brings the viewer back to the first address. */
    async function exactFilm(key: string, seconds: number, passageOf: (path: string) => Passage) {
      let isBack = false
      const film = await filmAt(plain, { key, bind: 'exact' }, path => (isBack ? {} : passageOf(path)))
      async function replay() {
        isBack = true
        await film.page.reload()
        await film.player.playToTheEnd()
        expect(await film.player.state()).toMatchObject({ at: seconds, ended: true })
      }
      return { ...film, replay }
    }

    test('in parts', async () => {
      const { player, passed, replay } = await exactFilm('film/index.m3u8', 6, moving())
      await expect(player.playToTheEnd()).rejects.toThrow('the video failed')
      const sent = passed.filter(({ path, status }) => path.endsWith('.m4s') && status === 206).map(({ path }) => path)
      expect(new Set(sent)).toEqual(new Set(['/film/00.m4s', '/film/01.m4s']))
      expect(passed.at(-1)).toMatchObject({ path: changes[0], from: '127.0.0.2', status: 403 })
      await replay()
    })

    test('in one file', async () => {
      const film = await exactFilm('film.mp4', 60, inPieces())
      expect(await playOver(film, 1)).toEqual(['127.0.0.1 206', '127.0.0.2 403'])
      await expect(film.player.playToTheEnd()).rejects.toThrow('the video failed')
      await film.replay()
    })
  })
})
