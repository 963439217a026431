import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { brand, everyPage, letItEnd, pagesOf } from '../../support/every-page.ts'
import { serveHere } from '../../support/serve.ts'

const folder = join(import.meta.dirname, '../../../out/pages')
const pages = pagesOf(brand)

/** For people to look at: every page in light and dark, for a telephone and a desktop, in English and Japanese, in out/pages/. */
test.skipIf(process.env['PICTURES'] !== 'all')('every page has its picture taken', { timeout: 240_000 }, async () => {
  mkdirSync(folder, { recursive: true })
  const { origin } = await serveHere(({ url = '' }, response) => {
    const [, kind = '', language = ''] = url.split('/')
    const page = everyPage[kind]?.(language, pages)
    if (page === undefined) return void response.writeHead(404).end()
    response.setHeader('content-security-policy', page.policy).setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page.html)
  })
  const browser = await launchChromium()
  try {
    let pictures = 0
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [390, 1440]) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 844 } })
        for (const kind of Object.keys(everyPage))
          for (const language of ['en', 'ja']) {
            await page.goto(`${origin}/${kind}/${language}`)
            const name = `${kind}-${language}-${width}-${colorScheme}`
            await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
            await page.evaluate(letItEnd)
            if (kind === 'download' || kind === 'confirmation-words')
              await page.screenshot({ path: join(folder, `${name}-past.png`), fullPage: true })
            pictures += 1
          }
        await page.close()
      }
    expect(pictures).toBe(4 * 2 * Object.keys(everyPage).length)
  } finally {
    await browser.close()
  }
})
