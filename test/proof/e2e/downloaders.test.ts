import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type PresetName, presetNames, withPreset } from '../../../client/presets.ts'
import { isUpdate, readTable, writeTable } from '../../support/clients/made-table.ts'
import { markdown } from '../../support/clients/matrix.ts'
import { filmPaths, sampleBucket } from '../../support/content/media-bucket.ts'
import { statusesOf } from '../../support/content/media-client.ts'
import type { Passage } from '../../support/content/moving-proxy.ts'
import { type MovingSite, movingSite, plain } from '../../support/content/moving-site.ts'
import { decodePolicy } from '../../support/edge/viewer-request.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

const page = 'mobile.md'
const program = join(import.meta.dirname, '../../support/clients/downloader.ts')

const size = 5000
const part = 1000
const hourMs = 3_600_000
const [nightMs, dayMs] = [8 * hourMs, 24 * hourMs]
const [office, train, hotel] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const

/** What an app gives to the system that downloads for it, and when that begins. */
const ways = {
  'the link': { isLink: true, sendsSecret: false, lateMs: 0 },
  'the link, with `Once-Client`': { isLink: true, sendsSecret: true, lateMs: 0 },
  'the URL of its file, with `Once-Client`': { isLink: false, sendsSecret: true, lateMs: 0 },
  'the same, 40 seconds late': { isLink: false, sendsSecret: true, lateMs: 40_000 },
  'the same, an hour late': { isLink: false, sendsSecret: true, lateMs: hourMs },
} as const

/** How the responses with the file pass, in order. */
const mishaps = {
  nothing: [{}],
  cut: [{ bytes: part }, { bytes: part }, {}],
  moved: [{ from: train, bytes: part }, { from: hotel }],
  frozen: [{ bytes: part, fallsSilent: true }, {}],
} as const satisfies Record<string, readonly Passage[]>

type Mishap = keyof typeof mishaps

/** Columns: the API's defaults, and the presets. */
const columns = [undefined, ...presetNames]

interface Trial {
  readonly way: (typeof ways)[keyof typeof ways]
  readonly preset: PresetName | undefined
  readonly mishap: Mishap
}

interface Result {
  readonly mishap: Mishap
  readonly arrived: boolean
  /** Why the link was refused, if that left it unused. */
  readonly unused: string | undefined
}

interface Phone extends MovingSite {
  readonly bucket: string
  readonly meet: (mishap: Mishap) => void
}

/** An edge, and a phone whose requests meet one mishap after the other. */
async function phone(): Promise<Phone> {
  const bucket = temporaryFolder()
  let [left, from]: [Passage[], string] = [[], office]
  const site: MovingSite = await movingSite({
    ...plain,
    bucket,
    passageOf(path) {
      // A second signature would have another end.
      site.clock.advance(1000)
      if (path.startsWith('/d/')) return { from }
      const passage = (left.length > 1 ? left.shift() : left[0]) ?? {}
      from = passage.from ?? from
      return { ...passage, from }
    },
  })
  return { ...site, bucket, meet: mishap => void ([left, from] = [[...mishaps[mishap]], office]) }
}

const newSecret = () => randomBytes(32).toString('base64url')
const confirm = (link: string, secret: string) =>
  ask(link, { method: 'POST', headers: { accept: 'application/json', 'once-client': secret } })

/** Lets a downloader run to its end; while it is frozen, a night passes and its connection ends. */
async function download(site: MovingSite, args: readonly [string, string, string], isFrozen: boolean) {
  const [, file] = args
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = text(child.stdout)
  if (isFrozen) {
    const arrived = () => statSync(file, { throwIfNoEntry: false })?.size
    while (child.exitCode === null && arrived() !== part) await sleep(5)
    child.kill('SIGSTOP')
    site.clock.advance(nightMs)
    site.disconnect()
    child.kill('SIGCONT')
  }
  return JSON.parse(await printed) as { redirects: string[]; refused?: { status: number; body: string } }
}

/** Returns when a signed URL ends and for which client it works. */
function capabilityOf(url: string): string {
  const { searchParams } = new URL(url)
  const policy = decodePolicy(searchParams.get('Policy') ?? '')
  return `${/"AWS:EpochTime":(\d+)/.exec(policy)?.[1]} ${searchParams.get('c')}`
}

/** A phone gets a link of its own, and loses or keeps the file. */
async function tryOnce(site: Phone, { way, preset, mishap }: Trial): Promise<Result> {
  const key = `${randomBytes(8).toString('hex')}/film.mp4`
  const content = randomBytes(size)
  mkdirSync(dirname(join(site.bucket, key)))
  writeFileSync(join(site.bucket, key), content)
  site.meet(mishap)
  const link = await site.issue(withPreset({ key, for: preset }))
  const [secret, file] = [newSecret(), join(temporaryFolder(), 'film.mp4')]
  const opened = way.isLink ? link : (JSON.parse((await confirm(link, secret)).body) as { url: string }).url
  site.clock.advance(way.lateMs)
  const headers = way.sendsSecret ? { 'once-client': secret } : {}
  const { redirects, refused } = await download(site, [opened, file, JSON.stringify(headers)], mishap === 'frozen')
  if (refused) expect(refused.status).toBe(403)
  if (refused) expect(refused.body).toMatch(/[Aa]sk the sender for a new (link|one)|send Once-Client|send POST/)
  const capabilities = new Set([opened, ...redirects].filter(url => url !== link).map(capabilityOf))
  const isUsed = capabilities.size > 0
  expect(capabilities.size).toBeLessThanOrEqual(1)
  // The link works once: for the app if nothing has used it, and never for another client.
  expect((await confirm(link, isUsed ? newSecret() : secret)).status).toBe(isUsed ? 403 : 200)
  const { reason } = isUsed ? {} : (JSON.parse(refused?.body ?? '{}') as { reason?: string })
  return { mishap, arrived: !refused && readFileSync(file).equals(content), unused: reason }
}

/** Returns what a cell says of the results of one way with one preset. */
function cellOf(results: readonly Result[]): string {
  const [unused, ...others] = new Set(results.map(result => result.unused))
  expect(others).toEqual([])
  if (unused !== undefined) return `not used: \`${unused}\``
  const lost = results.filter(({ arrived }) => !arrived).map(({ mishap }) => mishap)
  if (lost.length === results.length) return 'nothing'
  return lost.length === 0 ? 'the file' : `lost if ${new Intl.ListFormat('en', { type: 'disjunction' }).format(lost)}`
}

describe('docs/mobile.md says what a phone gets', () => {
  const rows: string[][] = []

  test.each(Object.entries(ways))('that is given %s', async (name, way) => {
    const row = [name]
    const site = await phone()
    for (const preset of columns) {
      const results: Result[] = []
      for (const mishap of Object.keys(mishaps) as Mishap[]) results.push(await tryOnce(site, { way, preset, mishap }))
      row.push(cellOf(results))
    }
    rows.push(row)
  })

  test('in its table', () => {
    const head = ['the system gets', 'no preset', ...presetNames.map(name => `\`${name}\``)]
    const table = markdown([head, ...rows])
    if (isUpdate) writeTable(page, table)
    else expect(readTable(page)).toBe(table)
  })
})

test('the cookies of a folder are all that a system needs of an offline link, for a day and in any network', async () => {
  let from: string = office
  const site = await movingSite({ ...plain, bucket: sampleBucket, passageOf: () => ({ from }) })
  const link = await site.issue(withPreset({ key: 'film/index.m3u8', media: true, for: 'offline' }))
  const { cookies } = JSON.parse((await confirm(link, newSecret())).body) as { cookies: Record<string, string> }
  const cookie = Object.entries(cookies).map(pair => pair.join('='))
  const get = (path: string) => ask(site.origin + path, { headers: { cookie: cookie.join('; ') } })
  from = train
  site.clock.advance(dayMs - 1000)
  expect(await statusesOf(filmPaths, get)).toEqual([200])
  site.clock.advance(1000)
  expect(await statusesOf(filmPaths, get)).toEqual([403])
})
