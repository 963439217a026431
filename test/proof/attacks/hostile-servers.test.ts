import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, type TestContext, vi } from 'vitest'
import { http } from '../../../cli/adapters/http.ts'
import { download, NoResponseError } from '../../../client/client.ts'
import { reasonOf } from '../../../cli/terminal/errors.ts'
import { memoryHook } from '../../support/cli/memory-hook.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { rejection } from '../../support/client/rejection.ts'
import {
  capability as redeemed,
  nonce,
  refuses,
  resumable,
  scriptedEdge,
  type Turn,
} from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

/** What a server sends: a head, then the same bytes again and again, without end. */
interface Endless {
  readonly head?: string
  readonly again: string
  /** Pause between two sends, in milliseconds. @default as fast as the client reads */
  readonly everyMs?: number
}

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
const kilobyte = 'x'.repeat(1024)

const floods: Readonly<Record<string, Endless>> = {
  'an endless status line': { head: 'HTTP/1.1 200 ', again: kilobyte },
  'endless headers': { head: ok, again: `x: ${kilobyte}\r\n` },
  'one endless header': { head: `${ok}x: `, again: kilobyte },
  'interim responses without end': { again: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' },
  'an endless body': { head: `${ok}\r\n`, again: kilobyte.repeat(64) },
  'an endless body in chunks of one byte': { head: chunked, again: '1\r\nx\r\n'.repeat(100) },
  'an endless extension of a chunk': { head: `${chunked}1;`, again: kilobyte },
  'endless trailers': { head: `${chunked}0\r\n`, again: `x: ${kilobyte}\r\n` },
}

const trickles: Readonly<Record<string, Endless>> = {
  'headers, one at a time': { head: ok, again: 'x: y\r\n', everyMs: 5 },
  'bytes, one at a time': { head: `${ok}content-length: 1000000\r\n\r\n`, again: 'x', everyMs: 5 },
}

function send({ head = '', again, everyMs }: Endless, socket: Socket): void {
  socket.write(head)
  const flood = () => {
    while (!socket.destroyed && socket.write(again));
    socket.once('drain', flood)
  }
  if (everyMs === undefined) return flood()
  const timer = setInterval(() => socket.write(again), everyMs)
  socket.once('close', () => clearInterval(timer))
}

function withLength(head: string, body: string): string {
  return `${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}

const capability = withLength(
  `${ok}content-type: application/json\r\n`,
  JSON.stringify({ url: '/report.bin', expiresAt: '2099-01-01T00:00:00Z' }),
)

/** Starts a server that answers on raw sockets, for links or for the files behind them. Returns a link to it. Ends with the test. */
async function hostile(
  turn: Endless | string,
  at: 'the link' | 'the file',
  { onTestFinished }: TestContext,
): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', request => {
      if (at === 'the file' && request.toString().startsWith('POST')) socket.end(capability)
      else if (typeof turn === 'string') socket.end(turn)
      else send(turn, socket)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on no port')
  return `http://127.0.0.1:${address.port}/d/${nonce}`
}

/** The limit of a redemption. On an idle machine, these take five seconds at most, and ten for a body of 1 GiB. */
const maxSeconds = 120

/** Runs `once redeem` as users do; returns its exit code, its messages, its memory in MB and its time in seconds. */
async function redeemAsProcess(link: string, { onTestFinished }: TestContext) {
  const startedAt = performance.now()
  const env = { ...process.env, NODE_OPTIONS: `--import="${memoryHook}"` }
  const launcher = join(import.meta.dirname, '../../../cli/once')
  const child = spawn(launcher, ['redeem', link, '-o', '-'], { stdio: ['ignore', 'ignore', 'pipe'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>])
  const [, noted = '', kibibytes = ''] = /^([^]*)rss (\d+)\n$/.exec(output) ?? []
  const seconds = (performance.now() - startedAt) / 1000
  return { code, noted, megabytes: (Number(kibibytes) * 1024) / 1e6, seconds }
}

// At the same time, because most of each is the pause before another attempt.
describe.concurrent('once redeem ends soon, with a clear error and in under 150 MB, if a server sends', () => {
  test.for(Object.keys(floods))('%s instead of a redirect', async (name, context) => {
    const link = await hostile(floods[name] ?? '', 'the link', context)
    const { code, noted, megabytes, seconds } = await redeemAsProcess(link, context)
    expect(noted).toMatch(/^no response from an edge: .+\nWhether the link was used is unknown\.\n$/)
    expect(code).toBe(2)
    expect(megabytes).toBeLessThan(150)
    expect(seconds).toBeLessThan(maxSeconds)
  })

  const files = Object.keys(floods).filter(name => !name.endsWith('of one byte'))
  test.for(files)('%s instead of a file', async (name, context) => {
    const link = await hostile(floods[name] ?? '', 'the file', context)
    const { code, noted, megabytes, seconds } = await redeemAsProcess(link, context)
    expect(noted).toMatch(/^the download broke off after \d+ bytes: .+\nThe link is used/)
    expect(code).toBe(4)
    expect(megabytes).toBeLessThan(150)
    expect(seconds).toBeLessThan(maxSeconds)
  })

  test.for(['://:', 'x://', 'Policy: ', '\u202e\n', 'https://h/d/E'])(
    'a refusal full of %j',
    async (pattern, context) => {
      const repeated = pattern.repeat(4000 / JSON.stringify(pattern).length)
      const problem = { title: repeated, detail: repeated, reason: 'spent', status: 403 }
      const head = 'HTTP/1.1 403 Forbidden\r\ncontent-type: application/problem+json\r\n'
      const link = await hostile(withLength(head, JSON.stringify(problem)), 'the link', context)
      const { code, noted, megabytes, seconds } = await redeemAsProcess(link, context)
      expect(code).toBe(3)
      expect(noted.split('\n')).toHaveLength(3)
      expect(noted).not.toMatch(/\u202e/)
      expect(megabytes).toBeLessThan(150)
      expect(seconds).toBeLessThan(maxSeconds)
    },
  )
})

describe('with less than 1 KiB in the time of an attempt, a response is given up', () => {
  const reasonOfFailure = async (link: string) => {
    const work = download(link, { fetch: http.fetch, attempts: 1, attemptMs: 300 }).then(({ body }) => text(body))
    return reasonOf(await rejection(work))
  }

  test.for(Object.keys(trickles))('%s instead of a redirect', async (name, context) => {
    const link = await hostile(trickles[name] ?? '', 'the link', context)
    expect(await reasonOfFailure(link)).toBe('The operation was aborted due to timeout')
  })

  test.for(Object.keys(trickles))('%s instead of a file', async (name, context) => {
    const link = await hostile(trickles[name] ?? '', 'the file', context)
    expect(await reasonOfFailure(link)).toBe('less than 1024 bytes in 0.3 seconds')
  })
})

describe('of a download that broke off at one host, a link with the same nonce at another host', () => {
  const [genuine, forged] = [Buffer.alloc(50_000, 'genuine'), Buffer.alloc(50_000, 'forged')]

  /** Redeems a link at an edge that breaks off, and responds to later runs as `later` says. */
  async function brokenOff(content: Buffer, later: Turn, target: string) {
    let isDown = true
    const edge = await scriptedEdge(
      [redeemed()],
      [resumable(content, { cut: 20_000 }), (...turn) => (isDown ? refuses(503, 'unavailable') : later)(...turn)],
    )
    expect(await onceHere(['redeem', edge.link, '-o', target])).toMatchObject({ code: 4 })
    isDown = false
    return { ...edge, requestsBefore: edge.requests.length }
  }

  test.each(['mine', ''])('is not completed with bytes of the first: -o FOLDER/%s', async name => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()]
    const other = await brokenOff(forged, resumable(forged), join(folder, name))
    const edge = await scriptedEdge([redeemed()], [resumable(genuine)])
    const outcome = await onceHere(['redeem', edge.link, '-o', join(folder, name)])
    expect(outcome).toMatchObject({ code: 2, said: '' })
    for (const { origin } of [edge, other]) expect(outcome.noted).toContain(origin)
    expect([edge.requests.length, other.requests.length]).toEqual([0, other.requestsBefore])
    const { code, said } = await onceHere(['redeem', edge.link, '-o', elsewhere])
    expect([code, readFileSync(said).equals(genuine)]).toEqual([0, true])
  })

  test('gets no request, so no secret of the client, also if the URL is refused', async () => {
    const target = join(temporaryFolder(), 'mine')
    const edge = await brokenOff(genuine, response => void response.writeHead(403).end(), target)
    const thief = await scriptedEdge([redeemed()])
    for (const more of [[], ['--force']]) {
      expect(await onceHere(['redeem', thief.link, '-o', target, ...more])).toMatchObject({ code: 2, said: '' })
      expect([thief.requests.length, edge.requests.length]).toEqual([0, edge.requestsBefore])
    }
  })
})

/** Sets the clock forward. */
function clockAt(): { now: number } {
  const clock = { now: Date.now() }
  vi.spyOn(Date, 'now').mockImplementation(() => clock.now)
  onTestFinished(() => void vi.restoreAllMocks())
  return clock
}

test('a file without a size may take ten minutes', async context => {
  const link = await hostile({ head: chunked, again: `400\r\n${kilobyte}\r\n` }, 'the file', context)
  const clock = clockAt()
  const { body } = await download(link, { fetch: http.fetch, onProgress: () => void (clock.now += 1000) })
  expect(String(await rejection(text(body)))).toContain('or 10 minutes have passed')
})

test('redeeming ends after two minutes, also if each attempt takes half a minute', async () => {
  const clock = clockAt()
  const startedAt = clock.now
  let requests = 0
  const fetch = async (): Promise<never> => {
    requests += 1
    clock.now += 30_000
    throw new Error('no response in 30 seconds')
  }
  const wait = async (ms: number) => void (clock.now += ms)
  expect(await rejection(download(`https://h/d/${nonce}`, { fetch, wait }))).toBeInstanceOf(NoResponseError)
  expect(clock.now - startedAt).toBeLessThanOrEqual(120_000)
  expect(requests).toBe(3)
})
