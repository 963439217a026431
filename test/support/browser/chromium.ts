import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find(place => existsSync(place))

/** Why this machine can't start a browser; undefined if it can. */
export const missingChromium = executablePath === undefined ? `there is no Chromium at ${places.join(', ')}` : undefined

/**
 * What no page needs: the two pages of suggestions below the address bar, and a process in reserve, which take half of the time to
 * open a profile. Of this option Chromium reads only the last, so what Playwright turns off is repeated, except for Windows.
 */
const disabledFeatures =
  'WebUIOmniboxPopup WebUIOmniboxAimPopup SpareRendererForSitePerProcess AimEnabled PreconnectToSearch ' +
  'NetworkTimeServiceQuerying OptimizationHints MediaRouter LensOverlay HttpsUpgrades HttpsFirstBalancedModeAutoEnable ' +
  'ThirdPartyStoragePartitioning PaintHolding AvoidUnnecessaryBeforeUnloadCheckSync ' +
  'AvoidCorsURLLoaderRestartOnRedirect DestroyProfileOnBrowserClose'

/**
 * Starts Chromium without a window; it sends only the requests of pages. With `keepsPages` it keeps whole pages for the
 * way back, as a person's browser does; then a test must not wait for them to load. `names` lead to 127.0.0.1, with `port`
 * to that port, and pages of any address may ask this machine, as in browsers without Chromium's checks of local networks.
 * With `trustsAll` it takes any certificate, also when it resumes a download, which Playwright's `ignoreHTTPSErrors` does
 * not cover.
 */
export function launchChromium({
  keepsPages = false,
  names = [],
  port,
  trustsAll = false,
}: { keepsPages?: boolean; names?: readonly string[]; port?: number; trustsAll?: boolean } = {}): Promise<Browser> {
  const quiet =
    '--disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic'
  const here = port === undefined ? '127.0.0.1' : `127.0.0.1:${port}`
  const rules = names.map(name => `MAP ${name} ${here}`).join(',')
  const rebound = rules === '' ? [] : [`--host-resolver-rules=${rules}`]
  const unchecked = names.length === 0 ? [] : ['LocalNetworkAccessChecks']
  const features = `--disable-features=${[...disabledFeatures.split(' '), ...unchecked].join(',')}`
  const trusted = trustsAll ? ['--ignore-certificate-errors'] : []
  const args = ['--no-sandbox', '--disable-gpu', ...quiet.split(' '), features, ...rebound, ...trusted]
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : []
  // In the locale C, Chromium saves a file whose name is not ASCII as `download`.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  return chromium.launch({ executablePath: executablePath ?? '', args, ignoreDefaultArgs, env })
}

/**
 * Makes a person's profile without cookies. By default, a browser without a window declares itself a robot: its
 * User-Agent has `HeadlessChrome`.
 */
export async function personIn(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const session = await browser.newBrowserCDPSession()
  const { userAgent } = await session.send('Browser.getVersion')
  await session.detach()
  return browser.newContext({ userAgent: userAgent.replace('HeadlessChrome', 'Chrome'), ...options })
}

/** Logs in at the senders' page, in any language, as a person of this name, at a provider whose page is that of oidc-provider. */
export async function logIn(page: Page, name: string): Promise<void> {
  const opening = page.waitForEvent('popup')
  await page.locator('.login button').click()
  const popup = await opening
  await popup.locator('[name=login]').fill(name)
  await popup.locator('[name=password]').fill('any')
  await popup.locator('[type=submit]').click()
}
