import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LinkView } from '../../../shared/schemas/types.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

// Real clients over loopback, and the emulator, whose edges write CloudFront's log records and whose API shows what comes of them.

/** Downloads; `DOWNLOADS=1000` is the full figure. */
const count = Number(process.env['DOWNLOADS'] ?? 160)

/** A large file, of which a client that leaves has not got much; sockets hold less than a third of it. */
const large = { key: 'large.bin', size: 12_000_000 }
const small = { key: 'small.bin', size: 300_000 }

/** Bytes of a broken response that the log hides: those of the longest head, and of frames. */
const hidden = (bytes: number) => 8192 + bytes / 1000

/** What a client has done, as it knows itself. */
interface Done {
  readonly kind: string
  readonly states: readonly NonNullable<LinkView['delivery']>['state'][]
  /** Different bytes of the file that it got, and that CloudFront must have written. */
  readonly least: number
  readonly most: number
}

interface Fetched {
  readonly status: number
  readonly bytes: number
}

/** Fetches a URL, and leaves after `most` bytes, if that is given. */
async function fetchBytes(
  url: string,
  { most = Infinity, method = 'GET', ...headers }: { most?: number; method?: string; range?: string } = {},
): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false, method }, (response: IncomingMessage) => {
      let bytes = 0
      const done = () => resolve({ status: response.statusCode ?? 0, bytes })
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes < most) return
        response.socket.resetAndDestroy()
        done()
      })
      response.on('end', done)
      response.on('error', done)
    })
    request.on('error', reject)
  })
}

/** Does one kind of download. `index` decides where it breaks off. */
const kinds: Readonly<Record<string, (url: string, index: number) => Promise<Omit<Done, 'kind'>>>> = {
  async complete(url) {
    const { bytes } = await fetchBytes(url)
    return { states: ['complete'], least: bytes, most: bytes }
  },
  async aborted(url, index) {
    const { bytes } = await fetchBytes(url, { most: 1 + ((index * 37_813) % 900_000) })
    const least = Math.max(0, bytes - hidden(large.size))
    return { states: least > 0 ? ['partial'] : ['partial', 'started'], least, most: large.size - 1 }
  },
  async resumed(url, index) {
    const { bytes } = await fetchBytes(url, { most: 1 + ((index * 91_139) % 900_000) })
    await fetchBytes(url, { range: `bytes=${bytes}-` })
    return { states: ['complete'], least: large.size, most: large.size }
  },
  async ranged(url, index) {
    const step = Math.ceil(small.size / (1 + (index % 7)))
    const starts = Array.from({ length: Math.ceil(small.size / step) }, (_, at) => at * step)
    // Pieces overlap, and the last comes first.
    for (const start of starts.toReversed()) {
      await fetchBytes(url, { range: `bytes=${start}-${Math.min(small.size, start + step + 100) - 1}` })
    }
    return { states: ['complete'], least: small.size, most: small.size }
  },
  async 'ranged in part'(url, index) {
    const from = 1 + (index % 1000)
    await fetchBytes(url, { range: `bytes=${from}-` })
    await fetchBytes(url, { range: `bytes=${from + 5}-${from + 50_000}` })
    return { states: ['partial'], least: small.size - from, most: small.size - from }
  },
  async repeated(url) {
    for (let time = 0; time < 3; time += 1) await fetchBytes(url, { range: `bytes=0-${small.size / 2 - 1}` })
    return { states: ['partial'], least: small.size / 2, most: small.size / 2 }
  },
  async 'looked at'(url) {
    const bytes = await Promise.all([
      fetchBytes(url, { method: 'HEAD' }),
      fetchBytes(url, { range: 'bytes=900000000-' }),
      fetchBytes(`${url}x`),
    ])
    expect(bytes.map(({ status }) => status)).toEqual([200, 416, 403])
    return { states: ['none'], least: 0, most: 0 }
  },
  async left() {
    return { states: ['none'], least: 0, most: 0 }
  },
}

test('every verdict is that of a client which knows what it did', async () => {
  const bucket = temporaryFolder()
  for (const { key, size } of [large, small]) writeFileSync(join(bucket, key), randomBytes(size))
  const emulator = await emulatorHere({ bucket, regions: ['us-east-1'], deliveryProof: true })
  const edge = emulator.edges['us-east-1'] ?? ''
  const names = Object.keys(kinds)

  const one = async (index: number): Promise<readonly [id: string, done: Done]> => {
    const kind = names[index % names.length] ?? ''
    const key = kind === 'aborted' || kind === 'resumed' ? large.key : small.key
    const bind = (['exact', 'prefix', 'client', 'none'] as const)[index % 4]
    const body = JSON.stringify({ key, receipt: true, bind, urlSeconds: 300 })
    const issued = await fetch(`${emulator.api}/links`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { id, url } = (await issued.json()) as { id: string; url: string }
    const redirect = await fetch(url.replace(/^https?:\/\/[^/]+/, edge), { redirect: 'manual' })
    const location = new URL(redirect.headers.get('location') ?? '', edge).href
    return [id, { kind, ...(await kinds[kind]!(location, index)) }]
  }
  const done = new Map<string, Done>()
  const waiting = Array.from({ length: count }, (_, index) => index).values()
  const client = async () => {
    for (const index of waiting) done.set(...(await one(index)))
  }
  await Promise.all(Array.from({ length: 4 }, client))

  const wrong = async () => {
    const problems: string[] = []
    for (const [id, { kind, states, least, most }] of done) {
      const { delivery } = (await (await fetch(`${emulator.api}/links/${id}`)).json()) as LinkView
      const isRight =
        delivery !== undefined && states.includes(delivery.state) && delivery.bytes >= least && delivery.bytes <= most
      if (!isRight)
        problems.push(`${kind}: ${JSON.stringify(delivery)}, expected: ${states.join()} ${least} to ${most}`)
    }
    return problems
  }
  // A broken response is logged when the edge notices.
  for (let look = 0; look < 50 && (await wrong()).length > 0; look += 1) await pause(100)
  expect(await wrong()).toEqual([])
  expect([...done.values()].filter(({ kind }) => kind === 'aborted').length).toBeGreaterThan(10)
})
