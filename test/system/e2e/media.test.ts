import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { ask } from '../../support/machine/http.ts'
import { filmPaths, filmWithIndexLast, mediaBucket, neighbours } from '../../support/content/media-bucket.ts'
import { statusesOf } from '../../support/content/media-client.ts'
import { playerOn } from '../../support/content/media-player.ts'
import type { Passed } from '../../support/content/moving-proxy.ts'
import { movingSite, plain } from '../../support/content/moving-site.ts'

const hourMs = 3_600_000
const cookieNames = ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id', 'CloudFront-Hash-Algorithm']

const contentIn = (passed: readonly Passed[]) => passed.filter(({ path }) => !path.startsWith('/d/'))
const servedIn = (passed: readonly Passed[]) => passed.filter(({ status }) => status < 400)
const refusedIn = (passed: readonly Passed[]) => passed.filter(({ status }) => status >= 400)

/** Starts an emulator with films behind a proxy, on a clock that the test moves; `viewers` have the address `from`. */
async function startSite() {
  const bucket = mediaBucket()
  const viewers = { from: '127.0.0.1' }
  const site = await movingSite({ bucket, ...plain, passageOf: () => viewers })
  return { ...site, bucket, viewers, issue: (fields: object) => site.issue({ media: true, ...fields }) }
}

describe.skipIf(missingChromium !== undefined)(`films in a browser${missingChromium ? ': none found' : ''}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** Opens a new browser context with a page, and keeps its console messages. */
  async function viewer() {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const messages: string[] = []
    page.on('console', message => messages.push(message.text()))
    const cookieHeader = async () => (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    return { context, page, player: playerOn(page), messages, cookieHeader }
  }

  test('one redemption plays a film of six parts, to its end, without a refusal', async () => {
    const { origin, issue, passed } = await startSite()
    const { context, page, player, messages } = await viewer()
    expect((await page.goto(await issue({ key: 'film/index.m3u8' })))?.status()).toBe(200)
    await player.play()
    expect(await player.state()).toMatchObject({ length: 6, size: [160, 90] })
    for (const second of [4, 1]) {
      await player.seek(second)
      await player.play()
      expect((await player.state()).at).toBeGreaterThanOrEqual(second + 1)
    }
    await player.playToTheEnd()
    expect(await player.state()).toMatchObject({ at: 6, ended: true })

    const content = contentIn(passed)
    expect([...new Set(content.map(({ path }) => path))].toSorted()).toEqual(filmPaths.toSorted())
    expect(refusedIn(passed)).toEqual([])
    expect(passed.length - content.length).toBe(1)
    expect(messages).toEqual([])
    const cookiesFor = async (path: string) => (await context.cookies(origin + path)).map(({ name }) => name)
    expect(new Set(await cookiesFor('/film/00.m4s'))).toEqual(new Set([...cookieNames, '__Host-once']))
    expect(await cookiesFor('/hello.txt')).toEqual(['__Host-once'])
    expect((await page.goto(`${origin}/hello.txt`))?.status()).toBe(403)
  })

  test.each([
    ['client', 'its browser from any address', 200],
    ['exact', 'its browser from that address alone', 403],
  ])('bound to %s, what one viewer plays is for %s, until the capability has ended', async (bind, _, elsewhere) => {
    const { clock, origin, issue, passed, viewers } = await startSite()
    const [first, second] = [await viewer(), await viewer()]
    const link = await issue({ key: 'film/index.m3u8', bind })
    await first.page.goto(link)
    await first.player.play()

    expect((await second.page.goto(link))?.status()).toBe(403)
    await second.page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
    for (const path of filmPaths) expect((await second.page.goto(origin + path))?.status(), path).toBe(403)

    const cookie = await first.cookieHeader()
    const withCookies = (path: string) => ask(origin + path, { headers: { cookie } })
    expect(await statusesOf(filmPaths, withCookies)).toEqual([200])
    viewers.from = '127.0.0.2'
    expect(await statusesOf(filmPaths, withCookies)).toEqual([elsewhere])
    viewers.from = '127.0.0.1'
    expect(await statusesOf(neighbours, withCookies)).toEqual([403])

    clock.advance(hourMs - 1000)
    await first.player.seek(30)
    const before = passed.length
    clock.advance(1000)
    expect(await statusesOf(filmPaths, withCookies)).toEqual([403])
    await expect(first.player.playFromTheStart()).rejects.toThrow('the video failed')
    expect(servedIn(passed.slice(before))).toEqual([])
  })

  test('a film in one file plays and jumps with ranges of one signed URL', async () => {
    const { bucket, issue, passed } = await startSite()
    const gap = 30_000_000
    writeFileSync(join(bucket, 'camera.mp4'), filmWithIndexLast(gap))
    const { context, page, player } = await viewer()
    for (const [key, farthest] of [
      ['film.mp4', 0],
      ['camera.mp4', gap],
    ] as const) {
      const before = passed.length
      await page.goto(await issue({ key }))
      await player.play()
      await player.seek(45)
      await player.play()
      await player.seek(5)
      await player.play()
      expect(await player.state()).toMatchObject({ length: 60, size: [160, 90] })
      const content = contentIn(passed.slice(before))
      expect(new Set(content.map(({ path, status }) => `${path} ${status}`))).toEqual(new Set([`/${key} 206`]))
      const starts = content.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]))
      expect(Math.max(...starts)).toBeGreaterThanOrEqual(farthest)
    }
    expect(refusedIn(passed)).toEqual([])
    const secret: unknown = expect.stringMatching(/^__Secure-once-[\w-]{22}$/)
    expect((await context.cookies()).map(({ name }) => name).toSorted()).toEqual(['__Host-once', secret, secret])
  })

  test('if the link requires a confirmation, its button leads to the player, which survives a reload with a receipt', async () => {
    const { clock, issue, passed } = await startSite()
    const { page, player } = await viewer()
    const link = await issue({ key: 'film/index.m3u8', confirm: true, receipt: true })
    await page.goto(link)
    clock.advance(1500)
    await page.getByRole('button').click()
    await page.locator('video').waitFor()
    await player.play()
    expect((await player.state()).size).toEqual([160, 90])
    expect(page.url()).toBe(link)
    expect((await page.reload())?.status()).toBe(200)
    await player.play()
    expect(refusedIn(passed)).toEqual([])
    expect((await (await viewer()).page.goto(link))?.status()).toBe(403)
  })
})
