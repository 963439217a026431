import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bind } from '../../../shared/link.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { inChromium } from '../../support/clients/browser.ts'
import { avPlayer, exoPlayer, fetchApi, jsonProgram, takesOver, webView } from '../../support/clients/emulated.ts'
import { eachVisit, type Run } from '../../support/clients/errand.ts'
import { isUpdate, readTable, writeTable } from '../../support/clients/made-table.ts'
import {
  again,
  columnsOfBinds,
  type Result,
  rowsIn,
  sameForAll,
  type Situation,
  situationsFor,
  tablesOf,
  wordFor,
} from '../../support/clients/matrix.ts'
import { curl, type Driver, missing, startGo, startJava, startPython, wget } from '../../support/clients/programs.ts'
import { type ClientSite, clientSite } from '../../support/clients/site.ts'

const page = 'clients.md'

let site: ClientSite
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  site = await clientSite()
})

afterAll(async () => {
  for (const driver of started.values()) driver.close()
  await (await browser)?.close()
  await site?.close()
})

/** A row of the table: a kind of client, how it is started, and why it can't be here. */
interface Client {
  readonly name: string
  readonly start: () => Run | Promise<Run>
  readonly missing?: string | undefined
}

const started = new Map<string, Driver>()

/** Starts a driver once for its rows. */
const driven = (name: string, start: () => Driver, sendsSecret: boolean): Run => {
  const driver = started.get(name) ?? start()
  started.set(name, driver)
  return driver.run({ sendsSecret })
}

const once: Run = errand =>
  eachVisit(errand, async () => {
    const folder = site.folder()
    const { code, said } = await onceHere(['redeem', errand.link, '-o', folder])
    return code === 0 ? { bytes: readFileSync(said), name: said.slice(folder.length + 1) } : undefined
  })

const python = (sendsSecret: boolean) => driven('python', () => startPython(site.certificate), sendsSecret)
const go = (sendsSecret: boolean) => driven('go', () => startGo(site.certificate, site.folder()), sendsSecret)
const java = (sendsSecret: boolean) => driven('java', () => startJava(site.certificate), sendsSecret)
const jar = ['-b', '../jar', '-c', '../jar']
const wgetJar = ['--load-cookies=../jar', '--save-cookies=../jar']

const chromium = async () => inChromium(await (browser ??= launchChromium()))

const clients: readonly Client[] = [
  {
    name: 'a browser (Chromium)',
    missing: missingChromium,
    start: chromium,
  },
  { name: '`curl -L`', missing: missing.curl, start: () => curl(site.certificate) },
  { name: '`curl -L -b jar -c jar`', missing: missing.curl, start: () => curl(site.certificate, () => jar) },
  {
    name: '`curl -L`, `Once-Client`',
    missing: missing.curl,
    start: () => curl(site.certificate, ({ secret }) => ['-H', `Once-Client: ${secret}`]),
  },
  { name: '`wget`', missing: missing.wget, start: () => wget(site.certificate) },
  {
    name: '`wget`, cookies in a file',
    missing: missing.wget,
    start: () => wget(site.certificate, () => wgetJar),
  },
  {
    name: '`wget`, `Once-Client`',
    missing: missing.wget,
    start: () => wget(site.certificate, ({ secret }) => [`--header=Once-Client: ${secret}`]),
  },
  { name: 'Python requests, a session', missing: missing.python, start: () => python(false) },
  { name: 'Python requests, `Once-Client`', missing: missing.python, start: () => python(true) },
  { name: 'Go `net/http`', missing: missing.go, start: () => go(false) },
  { name: 'Go `net/http`, `Once-Client`', missing: missing.go, start: () => go(true) },
  { name: '`fetch` (Node.js)', start: () => fetchApi({ sendsSecret: false }) },
  { name: '`fetch`, `Once-Client`', start: () => fetchApi({ sendsSecret: true }) },
  { name: '`fetch`, JSON, its `cookies`', start: () => jsonProgram },
  { name: 'Java `HttpClient`, like OkHttp', missing: missing.java, start: () => java(false) },
  { name: 'Java `HttpClient`, `Once-Client`', missing: missing.java, start: () => java(true) },
  { name: 'ExoPlayer *', start: () => exoPlayer({ sendsSecret: false }) },
  { name: 'ExoPlayer, `Once-Client` *', start: () => exoPlayer({ sendsSecret: true }) },
  { name: 'AVPlayer *', start: () => avPlayer },
  { name: '`once redeem`', start: () => once },
  { name: 'a downloader that takes over the URL *', start: () => takesOver },
  { name: 'a WebView with DownloadManager *', start: () => webView },
]

const others = Object.keys(sameForAll) as readonly Bind[]

/** Lets a client open a link and fetch its file in one situation. */
async function tryOnce(run: Run, bind: Bind, situation: Situation): Promise<Result> {
  const visits = situation === again ? 2 : 1
  const { journey, ipv6 } = situation
  const link = await site.issue({ bind }, journey, { ipv6 })
  const secret = randomBytes(32).toString('base64url')
  const saved = (await run({ link: link.url, folder: site.folder(), visits, secret })).at(-1)
  const arrived = saved?.bytes.equals(link.content) === true
  // Whatever it is: no part of another file, and no XML.
  expect(saved === undefined || arrived).toBe(true)
  expect(saved?.name ?? 'report.bin').toBe('report.bin')
  const last = link.exchanges.at(-1)
  if (!arrived) expect(['link', 'gate', 'page']).toContain(last?.xOnce)
  if (!arrived) expect(last?.type).toMatch(/^(text\/html|application\/problem\+json)/)
  const isUsed = link.exchanges.some(({ xOnce, status }) => xOnce === 'link' && status < 400)
  return { situation, arrived, isUsed, refused: link.refusals().at(-1) }
}

/** Runs tasks, a few at a time, and keeps their order. */
async function eachOf<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const left = items.entries()
  const worker = async () => {
    for (const [index, item] of left) results[index] = await task(item)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return results
}

async function rowOf({ name, start }: Client): Promise<readonly string[]> {
  const run = await start()
  const trials = [...columnsOfBinds, ...others].flatMap(bind =>
    situationsFor(bind).map(situation => ({ bind, situation })),
  )
  const results = await eachOf(trials, async trial => ({
    ...trial,
    result: await tryOnce(run, trial.bind, trial.situation),
  }))
  const word = (each: Bind) => wordFor(results.filter(({ bind }) => bind === each).map(({ result }) => result))
  for (const bind of others) expect(word(bind), bind).toBe(sameForAll[bind])
  const { arrived, refused } = await tryOnce(run, 'client', again)
  return [name, ...columnsOfBinds.map(word), arrived ? 'the file' : `\`${refused ?? '403'}\``]
}

const rows = new Map<string, readonly string[]>()
const documented = () => readTable(page)

describe('docs/clients.md says what happens to', () => {
  for (const client of clients) {
    test.skipIf(client.missing)(client.name, async () => {
      const row = await rowOf(client)
      rows.set(client.name, row)
      if (!isUpdate) expect(row).toEqual(rowsIn(documented()).get(client.name))
    })
  }

  test('no other client, and what its words mean', () => {
    const all = clients.map(({ name }) => (isUpdate ? rows.get(name) : rowsIn(documented()).get(name)))
    if (all.includes(undefined)) throw new Error('not every client is here')
    const text = tablesOf(all as readonly (readonly string[])[])
    if (isUpdate) writeTable(page, text)
    else expect(text).toBe(documented())
  })
})

describe('without a filename, the file is saved under the last segment of its key, and never under the nonce,', () => {
  const named = async (run: Run) => {
    const here = { link: '127.0.0.1', file: '127.0.0.1' }
    const { url, content } = await site.issue({}, here, { name: 'Röntgen 7.bin' })
    const [saved] = await run({ link: url, folder: site.folder(), visits: 1, secret: '' })
    expect(saved?.bytes.equals(content)).toBe(true)
    return saved?.name
  }

  test.skipIf(missingChromium)('by Chromium', async () => {
    expect(await named(await chromium())).toBe('Röntgen 7.bin')
  })

  test('by once redeem', async () => {
    expect(await named(once)).toBe('Röntgen 7.bin')
  })

  test.skipIf(missing.curl)('by curl -OJ, which reads only the plain name', async () => {
    expect(await named(curl(site.certificate))).toBe('R_ntgen 7.bin')
  })

  test.skipIf(missing.wget)('by wget --content-disposition', async () => {
    expect(await named(wget(site.certificate))).toBe('Röntgen 7.bin')
  })
})
