import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { presetNames, presets, withPreset } from '../../../client/presets.ts'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import type { Passage } from '../../support/content/moving-proxy.ts'
import { movingSite, type Place, plain, secure } from '../../support/content/moving-site.ts'

const size = 3_000_000
/** Longer than a signed URL of a link with `exact` works. */
const slowMs = 37_000
const file = '/report.bin'
/** For what Chromium does without telling: many tests may share the machine. */
const patience = { timeout: 30_000 }

describe.skipIf(missingChromium)('a download over a broken connection, in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium({ trustsAll: true })
  })
  afterAll(() => browser.close())

  /**
   * Starts a site with one file. Requests for it meet these passages, in order, and then the last of them; those for links
   * come from `linksFrom`.
   */
  async function siteWith(
    place: Place,
    passages: readonly (Passage & { afterMs?: number })[],
    linksFrom: readonly string[] = [],
  ) {
    const content = randomBytes(size)
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, file), content)
    const [left, addresses] = [[...passages], [...linksFrom]]
    const site = await movingSite({
      bucket,
      ...place,
      passageOf(path) {
        if (path !== file) return { from: addresses.shift() }
        const { afterMs = 0, ...passage } = (left.length > 1 ? left.shift() : left[0]) ?? {}
        site.clock.advance(afterMs)
        return passage
      },
    })
    const requests = () => site.passed.filter(({ path }) => path === file)
    return { ...site, content, requests }
  }

  /** Opens a page in a person's browser profile without cookies. */
  async function person(): Promise<Page> {
    const context = await personIn(browser)
    onTestFinished(() => context.close())
    return context.newPage()
  }

  /** Opens a link that leads to a download, and resolves when it begins. */
  async function open(page: Page, link: string) {
    const beginning = page.waitForEvent('download')
    await expect(page.goto(link)).rejects.toThrow('Download is starting')
    return beginning
  }

  /** Keeps downloads in a folder, and returns it with a function that waits until so many bytes of one have come. */
  async function downloadsOf(page: Page) {
    const folder = temporaryFolder()
    const session = await browser.newBrowserCDPSession()
    const { targetInfo } = await (await page.context().newCDPSession(page)).send('Target.getTargetInfo')
    const { browserContextId = '' } = targetInfo
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      browserContextId,
      downloadPath: folder,
      eventsEnabled: true,
    })
    const progress = (holds: (receivedBytes: number, state: string) => boolean) =>
      new Promise<void>(resolve => {
        session.on('Browser.downloadProgress', ({ receivedBytes, state }) => holds(receivedBytes, state) && resolve())
      })
    return { folder, progress }
  }

  test.each([
    ['client', 206],
    ['exact', 403],
  ])('a person resumes a download that a reset connection stopped, and with bind %s gets %i', async (bind, status) => {
    const passages = [
      { bytes: 1_000_000, fallsSilent: true },
      { from: '127.0.0.2', afterMs: slowMs },
    ] as const
    const site = await siteWith(plain, passages)
    const page = await person()
    const { folder, progress } = await downloadsOf(page)
    const [half, stopped] = [progress(bytes => bytes === 1_000_000), progress((_, state) => state === 'canceled')]
    await open(page, await site.issue({ key: 'report.bin', bind }))
    await half
    site.disconnect()
    await stopped
    await page.goto('chrome://downloads')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Resume' }).click()
    await vi.waitFor(() => expect(site.requests()).toHaveLength(2), patience)
    expect(site.requests()[1]).toMatchObject({ from: '127.0.0.2', status, range: 'bytes=1000000-' })
    if (bind === 'exact') return
    const saved = join(folder, 'report.bin')
    await vi.waitFor(() => expect(existsSync(saved)).toBe(true), patience)
    expect(readFileSync(saved).equals(site.content)).toBe(true)
  })

  const late = { from: '127.0.0.2', afterMs: 14 * 60_000 }
  /** What may happen to a person between the page and the last byte: from where the button is pressed, and how the file comes. */
  const mishaps = {
    'moved between page and press': [['127.0.0.1', '127.0.0.2'], [{ from: '127.0.0.2' }]],
    'moved between redirect and file': [[], [{ from: '127.0.0.2' }]],
    'cut and moved': [[], [{ bytes: 1_000_000 }, late]],
    cut: [[], [{ bytes: 1_000_000 }, {}]],
  } as const
  const forPeople = presetNames.filter(name => presets[name].confirm)
  const cases = forPeople.flatMap(name => Object.entries(mishaps).map(([mishap, way]) => [name, mishap, way] as const))

  test.each(cases)(
    'a link for %s brings the same bytes to a person who is %s',
    async (name, _, [presses, passages]) => {
      const site = await siteWith(secure, passages, presses)
      const page = await person()
      await page.goto(await site.issue(withPreset({ for: name, key: 'report.bin' })))
      const saving = page.waitForEvent('download')
      await page.getByRole('button').click()
      expect(readFileSync(await (await saving).path()).equals(site.content)).toBe(true)
    },
  )

  test('a plain link that is opened in another network than its file says to go back, and there the file is', async () => {
    const site = await siteWith(secure, [{ from: '127.0.0.2' }, {}])
    const page = await person()
    expect((await page.goto(await site.issue({ key: 'report.bin' })))?.status()).toBe(403)
    expect(await page.locator('main').innerText()).toContain('Go back to the network')
    const saving = page.waitForEvent('download')
    await expect(page.reload()).rejects.toThrow(/ERR_ABORTED|Download is starting/)
    expect(readFileSync(await (await saving).path()).equals(site.content)).toBe(true)
  })

  describe.each([plain, secure])('over $scheme, gate $gateOrder', place => {
    test.each(['client', 'client-only'])(
      'with bind %s arrives byte for byte, though each part goes to another address, the last two after 30 seconds',
      async bind => {
        const site = await siteWith(place, [
          { from: '127.0.0.2', bytes: 1_000_000 },
          { from: '127.0.0.3', bytes: 500_000, afterMs: slowMs },
          { from: '127.0.0.4' },
        ])
        const page = await person()
        const saved = await open(page, await site.issue({ key: 'report.bin', bind }))
        expect(saved.suggestedFilename()).toBe('report.bin')
        expect(readFileSync(await saved.path()).equals(site.content)).toBe(true)
        expect(site.passed[0]).toMatchObject({ from: '127.0.0.1', status: 302 })
        expect(site.requests()).toMatchObject([
          { from: '127.0.0.2', status: 200, range: undefined },
          { from: '127.0.0.3', status: 206, range: 'bytes=1000000-', ifRange: expect.stringMatching(/^"/) },
          { from: '127.0.0.4', status: 206, range: 'bytes=1500000-', ifRange: expect.stringMatching(/^"/) },
        ])
      },
    )

    test.each([
      ['another address', { from: '127.0.0.2' }],
      ['its address after 30 seconds', { afterMs: slowMs }],
    ])('with bind exact fails if it goes on from %s, and the link says that it was used', async (_, rest) => {
      const site = await siteWith(place, [{ bytes: 1_000_000 }, rest])
      const page = await person()
      const link = await site.issue({ key: 'report.bin', bind: 'exact', receipt: true })
      const saved = await open(page, link)
      expect(await saved.failure()).not.toBeNull()
      expect(site.requests()).toMatchObject([{ status: 200 }, { status: 403, range: 'bytes=1000000-' }])
      site.clock.advance(slowMs)
      expect((await page.goto(link))?.status()).toBe(403)
      await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
    })

    test('after a confirmation, a reload at another address brings back what a broken connection lost', async () => {
      const site = await siteWith(
        place,
        [{ bytes: 1_000_000, fallsSilent: true }, {}],
        ['127.0.0.1', '127.0.0.1', '127.0.0.2'],
      )
      const page = await person()
      await page.goto(await site.issue({ key: 'report.bin', bind: 'client', confirm: true }))
      const losing = page.waitForEvent('download')
      await page.getByRole('button').click()
      await (await losing).cancel()
      site.clock.advance(slowMs)
      const saving = page.waitForEvent('download')
      // The page that started the download comes again, and starts it again.
      await page.reload()
      expect(readFileSync(await (await saving).path()).equals(site.content)).toBe(true)
      expect(site.passed.map(({ from, status }) => `${from} ${status}`)).toEqual([
        '127.0.0.1 200',
        '127.0.0.1 200',
        '127.0.0.1 200',
        '127.0.0.2 200',
        '127.0.0.1 200',
      ])
    })

    test('the same browser opens the link again, in two tabs and at two addresses, and gets the same capability', async () => {
      const links = ['127.0.0.1', '127.0.0.1', '127.0.0.2']
      const site = await siteWith(place, [{ bytes: 1_000_000 }, { from: '127.0.0.3' }], links)
      const page = await person()
      const locations: string[] = []
      page.context().on('response', response => {
        if (response.status() === 302) locations.push(response.headers()['location'] ?? '')
      })
      const link = await site.issue({ key: 'report.bin', bind: 'client' })
      for (const tab of [page, await page.context().newPage(), page]) {
        const saved = await open(tab, link)
        expect(readFileSync(await saved.path()).equals(site.content)).toBe(true)
        site.clock.advance(10_000)
      }
      const [first, second, elsewhere] = locations.map(capabilityOf)
      expect(second).toEqual(first)
      // At another address it names none, so it opens nothing more.
      expect(first?.address).toBe('47f000001')
      expect(elsewhere).toEqual({ ...first, address: null })

      expect((await (await person()).goto(link))?.status()).toBe(403)
      site.clock.advance(30_000)
      expect((await page.goto(link))?.status()).toBe(403)
      await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
    })
  })
})

/** Returns what a signed URL opens, for whom and until when. */
function capabilityOf(location: string) {
  const { pathname, searchParams } = new URL(location, 'http://edge')
  const policy = Buffer.from((searchParams.get('Policy') ?? '').replaceAll('_', '='), 'base64').toString()
  return {
    object: `${pathname} ${searchParams.get('versionId')}`,
    client: searchParams.get('c'),
    address: searchParams.get('a'),
    end: /"AWS:EpochTime":(\d+)/.exec(policy)?.[1],
  }
}
