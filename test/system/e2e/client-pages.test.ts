import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { movingSite, type Place, plain, secure } from '../../support/content/moving-site.ts'
import { errorPageTexts } from '../../../edge/error-pages/error-pages.ts'

/** Headings of the page for a refused download, in all languages. */
const cannotBeOpened = Object.values(errorPageTexts).map(text => text[403][0])

/** Headings of the gate's pages: for another address, and for another client. */
const gateHeadings = [
  [
    'de-AT',
    'Dieser Download gehört zu einem anderen Netzwerk',
    'Dieser Download gehört zu einem anderen Browser oder Programm',
  ],
  ['ja-JP', 'このダウンロードは別のネットワーク用です', 'このダウンロードは別のブラウザーまたはプログラム用です'],
] as const

describe.skipIf(missingChromium)('where there is no file, a browser shows a page of ours', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium({ trustsAll: true })
  })
  afterAll(() => browser.close())

  /** Opens a page in a person's browser profile without cookies. */
  async function person(locale = 'en-GB'): Promise<Page> {
    const context = await personIn(browser, { locale, ignoreHTTPSErrors: true })
    onTestFinished(() => context.close())
    return context.newPage()
  }

  /** Starts a site for a viewer whose addresses the test sets. */
  async function siteWith(place: Place & { ipv6?: boolean }) {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'a.bin'), 'content of a')
    const viewer = { atLink: '127.0.0.1', atFile: '127.0.0.1' }
    const passageOf = (path: string) => ({ from: path.startsWith('/d/') ? viewer.atLink : viewer.atFile })
    return { ...(await movingSite({ ...place, bucket, passageOf })), viewer }
  }

  /** Redeems a link with a browser's cookies, and returns the signed URL to which it redirects. */
  async function redirectOf(page: Page, link: string): Promise<string> {
    const response = await page.request.get(link, { maxRedirects: 0, headers: { accept: 'text/html' } })
    expect(response.status()).toBe(302)
    return new URL(response.headers()['location'] ?? '', link).href
  }

  /** Goes where there is no file, expects a whole page of ours, and returns what it says. */
  async function pageAt(page: Page, url: string) {
    const messages: string[] = []
    page.on('console', message => messages.push(message.text()))
    const response = await page.goto(url)
    expect(await page.evaluate('document.contentType'), url).toBe('text/html')
    // Its style works.
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme'), url).toBe('light dark')
    expect(messages.filter(text => text.includes('Content Security Policy'))).toEqual([])
    const main = await page.locator('main').innerText()
    const headings = await page.locator('h1, h2').allInnerTexts()
    return { by: response?.headers()['x-once'], status: response?.status(), main, headings }
  }

  describe.each([plain, secure])('over $scheme, gate $gateOrder:', place => {
    test('at the root, on unknown paths, and at unsigned, shortened, changed and ended URLs', async () => {
      const site = await siteWith(place)
      const page = await person()
      const refused = { by: 'page', status: 403, headings: cannotBeOpened }
      for (const path of ['/', '/nothing', '/deep/er/?x=1', '/a.bin', '/favicon.ico', '/once-pages/', '/D/x']) {
        expect(await pageAt(page, site.origin + path), path).toMatchObject(refused)
      }
      const urls: string[] = []
      for (const bind of ['exact', 'client', 'client-only']) {
        urls.push(await redirectOf(page, await site.issue({ key: 'a.bin', bind })))
      }
      for (const url of urls) {
        for (const shorter of [url.slice(0, -1), url.replace(/Signature=.*/, ''), url.replace(/Policy=.*/, '')]) {
          expect(await pageAt(page, shorter), shorter).toMatchObject(refused)
        }
        const changed = await pageAt(page, `${url}&utm_source=mail`)
        expect(changed.status).toBe(403)
        expect(['This address has been changed', cannotBeOpened[0]]).toContain(changed.headings[0])
      }
      site.clock.advance(60_000)
      for (const url of urls) expect(await pageAt(page, url)).toMatchObject(refused)
      expect(await pageAt(page, `${site.origin}/d/`)).toMatchObject({ by: 'link', headings: ['There is no such link'] })
    })

    test('when the address changes after the redirect; back there, the same browser gets the file', async () => {
      const site = await siteWith(place)
      const page = await person()
      const link = await site.issue({ key: 'a.bin', bind: 'exact', receipt: true })
      site.viewer.atFile = '127.0.0.2'
      const shown = await pageAt(page, link)
      expect(shown).toMatchObject({ by: 'page', status: 403, headings: cannotBeOpened })
      expect(shown.main).toContain('your network may have changed')
      expect(shown.main).toContain('Go back to the network in which you opened the link.')
      site.viewer.atFile = '127.0.0.1'
      const saving = page.waitForEvent('download')
      await expect(page.goto(link)).rejects.toThrow('Download is starting')
      expect(await (await saving).failure()).toBeNull()
    })
  })

  test('where IPv6 is on, in the viewer’s language', async () => {
    const site = await siteWith({ ...secure, ipv6: true })
    site.viewer.atLink = '::1'
    const owner = await person()
    for (const [locale, otherAddress, otherClient] of gateHeadings) {
      const page = await person(locale)
      const link = await site.issue({ key: 'a.bin', bind: 'exact' })
      expect(await pageAt(page, link)).toMatchObject({ by: 'gate', status: 403, headings: [otherAddress] })
      expect(await page.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2))
      const ownUrl = await redirectOf(owner, await site.issue({ key: 'a.bin', bind: 'client-only' }))
      expect(await pageAt(page, ownUrl)).toMatchObject({ by: 'gate', status: 403, headings: [otherClient] })
    }
  })
})
