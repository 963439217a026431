import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import { pageFiles } from '../../../console/page-files.ts'
import { callbackPath } from '../../../console/protocol.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite, tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { uploadPath } from '../../../shared/http.ts'
import type { Region } from '../../../shared/regions.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { type EmulatorProcess, emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { attackScript, listeningPorts, type Reading } from '../../support/browser/foreign-page.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

const missing = missingChromium ?? (process.platform === 'linux' ? undefined : 'this is not Linux')
if (missing) console.warn(`\nSKIPPED: a foreign page in a browser, because ${missing}\n`)

const regions: readonly Region[] = ['us-east-1', 'eu-west-1', 'ap-northeast-1']
const rebound = 'rebound.example'
const key = 'confidential-report.pdf'
const timeout = 600_000

/** An emulator with a used link, an unused one and an uploaded object, all kept in `data`. */
async function filledData(data: string): Promise<{ usedId: string; ids: readonly string[] }> {
  const emulator = await start(data)
  await createClient({ origin: emulator.api }).upload(new Blob(['confidential']), { key })
  const [used, live] = [await issueAt(emulator.api, { key, receipt: true }), await issueAt(emulator.api, { key })]
  expect((await ask(used.url)).status).toBe(302)
  await emulator.kill()
  return { usedId: used.id, ids: [used.id, live.id] }
}

function start(data: string): Promise<EmulatorProcess> {
  // Its bucket is empty, so it issues no link by itself.
  return emulatorProcess(['--bucket', temporaryFolder(), '--data', data])
}

/** Everything in the tables of all Regions, and all uploaded files. No emulator may run. */
async function contentOf(data: string): Promise<object> {
  const tables = await startDynalite(regions, join(data, 'tables'))
  const items: Record<string, unknown> = {}
  for (const region of regions) {
    const client = new DynamoDBClient({ region, ...tables.config(region) })
    for (const TableName of ['links', 'api-state']) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName }))
      items[`${region} ${TableName}`] = Items.map(item => JSON.stringify(item)).toSorted()
    }
    client.destroy()
  }
  await tables.close()
  const files = readdirSync(join(data, 'files'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')])
  return { items, files }
}

describe.skipIf(missing)('a page of another origin', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium({ names: [rebound] })
  })
  afterAll(() => browser.close())

  async function newPage(): Promise<Page> {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    return context.newPage()
  }

  const html = '<!doctype html><body>'

  async function foreignPage(): Promise<Page> {
    const { origin } = await serveHere((_, response) => {
      response.setHeader('content-type', 'text/html').end(html)
    })
    const page = await newPage()
    await page.goto(origin)
    return page
  }

  /** A page of the attacker's name, whose port is the server's, after the name was rebound to this machine. */
  async function reboundPage(base: string): Promise<Page> {
    const page = await newPage()
    await page.route(`${base}/`, route => route.fulfill({ contentType: 'text/html', body: html }))
    await page.goto(`${base}/`)
    await page.unrouteAll()
    return page
  }

  test('can neither read nor change anything of a running emulator, by any means', { timeout }, async () => {
    const data = temporaryFolder()
    const { usedId, ids } = await filledData(data)
    const before = await contentOf(data)
    expect(JSON.stringify(before)).toContain(usedId)
    const emulator = await start(data)
    const ports = listeningPorts(emulator.pid)
    // The api, an edge and a database in each Region, and S3.
    expect(ports).toHaveLength(8)
    const served = ['/', `/d/${'A'.repeat(43)}`, `/${key}`, `/content/${key}`]
    const others = `/links /links/${usedId} /exchange /uploads /.well-known/emulator /console/setup
      /console/events /console/race`.split(/\s+/)
    others.push(...[...(await pageFiles()).keys()].filter(path => path !== '/'))
    const apiPort = Number(new URL(emulator.api).port)
    for (const port of ports) {
      const isApi = port === apiPort
      const hosts = isApi ? ['127.0.0.1', 'localhost'] : ['127.0.0.1']
      // Databases, edges and S3 serve no path of the api.
      const paths = isApi ? [...served, ...others] : served
      const attack = async (page: Page, base: string) =>
        page.evaluate<Reading[]>(attackScript({ base, linkId: usedId, paths }))
      const base = `http://${rebound}:${port}`
      // At the same time, because each attack waits seconds for sockets and frames that never answer.
      const [read, ...foreign] = await Promise.all([
        // Its origin is the server's own, so it reads each response.
        reboundPage(base).then(page => attack(page, base)),
        ...hosts.map(async host => attack(await foreignPage(), `http://${host}:${port}`)),
      ])
      expect(foreign, base).toEqual(hosts.map(() => []))
      expect(new Set(read.filter(({ means }) => means.startsWith('fetch')).map(({ status }) => status)), base).toEqual(
        new Set([403]),
      )
      expect(read.filter(({ means }) => /^(img|script|link|video|WebSocket)/.test(means))).toEqual([])
      for (const { text } of read) for (const secret of [key, ...ids, ...regions]) expect(text).not.toContain(secret)
    }
    // Other sites may link to the page, as links do that take a file to theirs, and to nothing else.
    const linked = new Set(['/', callbackPath, uploadPath])
    const unlinked = [...served, ...others].filter(each => !linked.has(each))
    await Promise.all(unlinked.map(async path => checkNavigation(await foreignPage(), emulator.api + path)))
    await emulator.kill()
    expect(await contentOf(data)).toEqual(before)
  })

  async function checkNavigation(page: Page, url: string): Promise<void> {
    const responding = page.waitForResponse(response => response.url() === url)
    await page.evaluate(`void (location.href = ${JSON.stringify(url)})`)
    expect((await responding).status(), url).toBe(403)
  }

  test('guard: it reads and changes a dynalite that is as it comes', { timeout }, async () => {
    const server = (createRequire(import.meta.url)('dynalite') as (options: object) => Server)({ createTableMs: 0 })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { config } = tablesAt(base)
    await createTables(['links'], ['us-east-1'], config)
    const client = new DynamoDBClient({ region: 'us-east-1', ...config('us-east-1') })
    onTestFinished(() => client.destroy())
    const linkId = randomUUID()
    await client.send(new PutItemCommand({ TableName: 'links', Item: { id: { S: linkId } } }))
    const page = await foreignPage()
    const read = await page.evaluate<Reading[]>(attackScript({ base, linkId, paths: ['/'] }))
    expect(read.filter(({ status }) => status === 200).map(({ means }) => means)).toContain('fetch Scan')
    const { Items } = await client.send(new ScanCommand({ TableName: 'links' }))
    expect(Items).toEqual([{ id: { S: 'planted' } }])
    server.closeAllConnections()
  })
})
