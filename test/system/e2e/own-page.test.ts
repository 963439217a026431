import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { foreignTries, type ForeignTries, ownPages } from '../../support/browser/own-pages.ts'
import { mediaBucket, sampleBucket } from '../../support/content/media-bucket.ts'
import { playerOn } from '../../support/content/media-player.ts'
import { movingSite, plain } from '../../support/content/moving-site.ts'

const film = { key: 'film/index.m3u8', media: true, bind: 'client', receipt: true }

describe.skipIf(missingChromium)('examples/own-page, at another port of the links’ site', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  async function person(): Promise<BrowserContext> {
    const context = await personIn(browser)
    onTestFinished(() => context.close())
    return context
  }

  /** Starts pages that may open links, and links behind the networks of a viewer; responses at `lost` don't arrive. */
  async function start() {
    const port = await ownPages()
    const viewers = { from: '127.0.0.1', lost: /^$/ }
    const passageOf = (path: string) => ({ from: viewers.from, isLost: viewers.lost.test(path) })
    const pages = `http://127.0.0.1:${port}`
    const site = await movingSite({ ...plain, bucket: mediaBucket(), passageOf, pageOrigins: [pages] })
    return { ...site, pages, port, viewers }
  }

  /** Opens a page, or reloads it, and returns its player once hls.js has begun. */
  async function playing(page: Page, url?: string) {
    await (url === undefined ? page.reload() : page.goto(url))
    await page.locator('video[src^="blob:"]').waitFor()
    const player = playerOn(page)
    await player.play()
    return player
  }

  const alertOf = (page: Page) => page.getByRole('alert').innerText()

  test('hls.js plays a film, seeks after a change of network, and resumes after a reload', async () => {
    const { pages, viewers, passed, issue, disconnect } = await start()
    const page = await (await person()).newPage()
    viewers.lost = /0[345]\.m4s$/
    const player = await playing(page, `${pages}/player.html#${await issue(film)}`)
    const before = passed.length
    disconnect()
    Object.assign(viewers, { from: '127.0.0.2', lost: /^$/ })
    await player.seek(4)
    await player.play()
    expect((await player.state()).size).toEqual([160, 90])
    const after = passed.slice(before).filter(({ path, status }) => path.endsWith('.m4s') && status === 200)
    expect(new Set(after.map(({ from }) => from))).toEqual(new Set(['127.0.0.2']))

    await (await playing(page)).playToTheEnd()
    expect(await alertOf(page)).toBe('')
    expect(passed.filter(({ status }) => status >= 400)).toEqual([])
    // One redemption, and its repeat by the same tab.
    expect(passed.filter(({ path, status }) => path.startsWith('/d/') && status === 200)).toHaveLength(2)
  })

  test('another tab, and another person, learn that the film was opened', async () => {
    const { pages, issue } = await start()
    const link = await issue(film)
    const context = await person()
    await playing(await context.newPage(), `${pages}/player.html#${link}`)
    for (const page of [await context.newPage(), await (await person()).newPage()]) {
      await page.goto(`${pages}/player.html#${link}`)
      await expect.poll(() => alertOf(page)).toContain('it was used')
    }
  })

  test('a click downloads a file, which a second one gets again', async () => {
    const { pages, issue } = await start()
    const page = await (await person()).newPage()
    await page.goto(`${pages}/download.html#${await issue({ key: 'hello.txt', bind: 'client', receipt: true })}`)
    for (let click = 1; click <= 2; click += 1) {
      const saving = page.waitForEvent('download')
      await page.getByRole('button').click()
      const download = await saving
      expect(download.suggestedFilename()).toBe('hello.txt')
      expect(readFileSync(await download.path(), 'utf8')).toBe(readFileSync(join(sampleBucket, 'hello.txt'), 'utf8'))
    }
    expect(await alertOf(page)).toBe('')
  })

  test('a film in one file plays in a <video> that sends cookies', async () => {
    const { pages, issue, passed } = await start()
    const page = await (await person()).newPage()
    const link = await issue({ ...film, key: 'film.mp4' })
    await page.goto(`${pages}/download.html#${link}`)
    await page.evaluate(`import('./open-link.js').then(async ({ openLink }) => {
      const video = Object.assign(document.createElement('video'), { crossOrigin: 'use-credentials' })
      video.src = await openLink(${JSON.stringify(link)})
      document.body.append(video)
    })`)
    const player = playerOn(page)
    await player.play()
    await player.seek(45)
    await player.play()
    expect(passed.filter(({ status }) => status >= 400)).toEqual([])
  })

  test('from other origins, 100 tries use nothing and read nothing', async () => {
    const { pages, port, issue, passed, origin } = await start()
    const others = [`http://localhost:${port}`, `http://127.0.0.1:${await ownPages()}`]
    const context = await person()
    await playing(await context.newPage(), `${pages}/player.html#${await issue(film)}`)
    const link = await issue({ ...film, receipt: false })
    const before = passed.length
    let tries = 0
    for (const other of others) {
      const page = await context.newPage()
      await page.goto(`${other}/player.html#${link}`)
      await expect.poll(() => alertOf(page)).toBe('Failed to fetch')
      const { tried, read } = await page.evaluate<ForeignTries>(foreignTries(link, `${origin}/film`))
      expect(read, other).toEqual([])
      tries += tried
    }
    expect(tries).toBe(100)
    expect(passed.slice(before).filter(({ path, status }) => path.startsWith('/d/') && status === 200)).toEqual([])

    await playing(await context.newPage(), `${pages}/player.html#${link}`)
  })
})
