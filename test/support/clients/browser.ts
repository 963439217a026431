import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { personIn } from '../browser/chromium.ts'
import { eachVisit, type Run, type Saved } from './errand.ts'

/** Opens a link in a page as typed in, and saves the file; undefined if the page shows something instead. */
async function openIn(page: Page, link: string): Promise<Saved | undefined> {
  const saving = page.waitForEvent('download').catch(() => undefined)
  // A navigation that becomes a download rejects.
  const shown = await page.goto(link).catch(() => undefined)
  if (shown !== undefined) return undefined
  const download = await saving
  if (download === undefined) throw new Error('neither a page nor a download')
  return { bytes: readFileSync(await download.path()), name: download.suggestedFilename() }
}

/** A person's Chromium. Each errand starts without cookies. */
export function inChromium(browser: Browser): Run {
  const idle: Page[] = []
  return async errand => {
    const page = idle.pop() ?? (await (await personIn(browser, { ignoreHTTPSErrors: true })).newPage())
    const saved = await eachVisit(errand, () => openIn(page, errand.link))
    await page.context().clearCookies()
    idle.push(page)
    return saved
  }
}
