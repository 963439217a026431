import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find(place => existsSync(place))

/** Why no browser can be started on this machine, or undefined when one can. */
export const missingChromium = executablePath === undefined ? `there is no Chromium at ${places.join(', ')}` : undefined

/**
 * Chromium without a window, which asks nobody for anything but what pages do. With `keepsPages` it keeps whole pages for
 * the way back, as people's do; who drives it must not wait for those to load.
 */
export function launchChromium({ keepsPages = false } = {}): Promise<Browser> {
  const quiet =
    '--disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic'
  const args = ['--no-sandbox', '--disable-gpu', ...quiet.split(' ')]
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : []
  return chromium.launch({ executablePath: executablePath ?? '', args, ignoreDefaultArgs })
}

/** A person's profile with no cookies. Left alone, a browser without a window says of itself that it is a robot. */
export async function personIn(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const page = await browser.newPage()
  const userAgent = String(await page.evaluate('navigator.userAgent')).replace('HeadlessChrome', 'Chrome')
  await page.close()
  return browser.newContext({ userAgent, ...options })
}
