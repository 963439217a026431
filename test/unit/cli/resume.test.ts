import {
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { disk } from '../../../cli/adapters/disk.ts'
import { processes } from '../../../cli/adapters/process.ts'
import { bindingParameters } from '../../../shared/cloudfront/binding.ts'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { capability, nonce, refuses, resumable, scriptedEdge, type Turn } from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const resumeFile = `once-${linkIdOf(nonce as Nonce)}.resume`
const content = randomBytes(50_000)
const busy: Turn = response => void response.writeHead(503).end()
/** A transfer that stops after 20,000 bytes, for more than two minutes. */
const stops = [resumable(content, { cut: 20_000 }), ...Array.from({ length: 18 }, () => busy)]
const forbidden: Turn = response => void response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>403</h1>')

interface Broken {
  /** Turns of the redemptions. */
  readonly posts?: readonly Turn[]
  /** Turns of the later run. */
  readonly later?: readonly Turn[]
  /** The option -o in an empty folder. */
  readonly name?: string
}

/** Redeems a link and breaks off after 20,000 bytes; returns the same command, to run again. */
async function brokenOff({ posts = [capability()], later = [resumable(content)], name = 'mine' }: Broken = {}) {
  const edge = await scriptedEdge(posts, [...stops, ...later])
  const folder = temporaryFolder()
  const args = ['redeem', edge.link, '-o', join(folder, name)]
  const first = await onceHere(args)
  const before = edge.requests.length
  const laterRequests = () => edge.requests.slice(before)
  return {
    ...edge,
    folder,
    args,
    first,
    resume: join(folder, resumeFile),
    part: join(folder, 'mine.part'),
    laterRequests,
  }
}

const headersOf = ({ requests }: Awaited<ReturnType<typeof brokenOff>>, name: string) =>
  new Set(requests.map(({ headers }) => headers[name]))

describe('the same command goes on where an earlier run broke off', () => {
  test('with the same URL, and without the link', async () => {
    const broken = await brokenOff()
    expect(broken.first).toMatchObject({
      code: 4,
      noted: expect.stringContaining('run the same command again') as string,
    })
    expect(readdirSync(broken.folder)).toEqual(['mine.part', resumeFile])
    const again = await onceHere(broken.args)
    expect(again).toMatchObject({
      code: 0,
      said: join(broken.folder, 'mine'),
      noted: 'Going on at 20 kB.\n50000 bytes',
    })
    expect(readFileSync(again.said).equals(content)).toBe(true)
    expect(readdirSync(broken.folder)).toEqual(['mine'])
    expect(broken.laterRequests().map(({ method, headers }) => [method, headers.range, headers['if-range']])).toEqual([
      ['GET', 'bytes=20000-', '"1"'],
    ])
  })

  test('in a folder, under the name that the sender gave', async () => {
    const { args, folder } = await brokenOff({ name: '' })
    expect(readdirSync(folder)).toEqual([resumeFile, 'report.bin.part'])
    expect(await onceHere(args)).toMatchObject({ code: 0, said: join(folder, 'report.bin') })
    expect(readdirSync(folder)).toEqual(['report.bin'])
  })

  test('also if a crash left the complete part: then without a request', async () => {
    const broken = await brokenOff()
    writeFileSync(broken.part, content)
    expect(await onceHere(broken.args)).toMatchObject({ code: 0 })
    expect(broken.laterRequests()).toEqual([])
    expect(readFileSync(join(broken.folder, 'mine')).equals(content)).toBe(true)
  })

  test('from the start if the part is gone', async () => {
    const { args, folder, part } = await brokenOff()
    rmSync(part)
    expect(await onceHere(args)).toMatchObject({ code: 0, noted: '50000 bytes' })
    expect(readFileSync(join(folder, 'mine')).equals(content)).toBe(true)
  })

  test('from the start if the part is longer than the file, or the file has changed', async () => {
    const longer = await brokenOff()
    writeFileSync(longer.part, Buffer.alloc(60_000))
    expect(await onceHere(longer.args)).toMatchObject({ code: 0 })
    expect(readFileSync(join(longer.folder, 'mine')).equals(content)).toBe(true)
    const fresh = randomBytes(40_000)
    const { args, folder } = await brokenOff({ later: [resumable(fresh, { etag: '"2"' })] })
    expect(await onceHere(args)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'mine')).equals(fresh)).toBe(true)
  })

  test('but not with another file, if the URL names a version', async () => {
    const posts = [capability('/report.bin?versionId=1')]
    for (const turn of [resumable(randomBytes(40_000), { etag: '"2"' }), restOf('"2"')]) {
      const { args, part, folder } = await brokenOff({ posts, later: [turn] })
      const outcome = await onceHere(args)
      expect(outcome).toMatchObject({ code: 4 })
      expect(outcome.noted).toMatch(/the server sends (the rest of )?another file/)
      expect(readFileSync(part).equals(content.subarray(0, 20_000))).toBe(true)
      expect(readdirSync(folder)).toEqual(['mine.part', resumeFile])
    }
  })

  test('but replaces no file that exists meanwhile, unless told to', async () => {
    const { args, folder } = await brokenOff()
    writeFileSync(join(folder, 'mine'), 'other')
    expect(await onceHere(args)).toMatchObject({ code: 2, noted: expect.stringContaining('which exists') as string })
    expect(await onceHere([...args, '--force'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'mine')).equals(content)).toBe(true)
  })

  test('until the URL has ended: then the message says so, and only the part is left', async () => {
    const posts = [capability('/report.bin', '2001-01-01T00:00:00Z')]
    const { args, folder, part } = await brokenOff({ posts, later: [forbidden] })
    const { code, noted } = await onceHere(args)
    expect({ code, lines: noted.split('\n') }).toEqual({
      code: 4,
      lines: [
        'Going on at 20 kB.',
        'the download broke off after 20000 bytes: the URL ended at 2001-01-01T00:00:00Z',
        `The bytes that arrived are in ${part}.`,
        'The link is used: ask the sender for a new one.',
        'A link issued with --bind client works from any address, and has time for large files.',
      ],
    })
    expect(readdirSync(folder)).toEqual(['mine.part'])
  })

  test('but another link to the same file name does not, and is not used', async () => {
    const { folder, part } = await brokenOff()
    const other = await scriptedEdge([capability()])
    const link = other.link.replace(nonce, `F${nonce.slice(1)}`)
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')])
    expect(outcome).toMatchObject({ code: 2, noted: expect.stringContaining(JSON.stringify(part)) as string })
    expect(other.requests).toEqual([])
  })
})

/** Sends bytes of the file, from one to before another, as the range that the response names. */
function restOf(etag: string, { from = 20_000, to = 50_000, range = '' } = {}): Turn {
  return response => {
    const named = range || `bytes ${from}-${to - 1}/50000`
    const headers = { etag, 'content-length': to - from, 'content-range': named }
    response.writeHead(206, headers).end(content.subarray(from, to))
  }
}

describe('within one run, a transfer that breaks off', () => {
  const redeemed = async (...gets: readonly Turn[]) => {
    const { link, requests } = await scriptedEdge([capability()], gets)
    const file = join(temporaryFolder(), 'mine')
    return { ...(await onceHere(['redeem', link, '-o', file])), file, requests }
  }
  const cut = resumable(content, { cut: 20_000 })

  test.each(['bytes 20000-59999/60000', 'bytes 0-29999/50000'])('is given up if the rest is %s', async range => {
    const { code, file } = await redeemed(cut, restOf('"1"', { range }))
    expect(code).toBe(4)
    expect(readFileSync(`${file}.part`)).toHaveLength(20_000)
  })

  test('is resumed if the rest comes in several parts', async () => {
    const { code, file, requests } = await redeemed(
      cut,
      restOf('"1"', { to: 30_000 }),
      busy,
      restOf('"1"', { from: 30_000 }),
    )
    expect([code, requests.length]).toEqual([0, 5])
    expect(readFileSync(file).equals(content)).toBe(true)
  })
})

describe('a client is the same one', () => {
  test('at the link and at the file, in all runs: it sends one secret of 32 random bytes', async () => {
    const broken = await brokenOff({ later: [forbidden, resumable(content)] })
    expect(await onceHere(broken.args)).toMatchObject({ code: 0 })
    const [secret, ...others] = headersOf(broken, 'once-client')
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(others).toEqual([])
    expect(new Set(broken.keys).size).toBe(1)
    expect(broken.keys).toHaveLength(2)
    const another = await brokenOff()
    expect([...headersOf(another, 'once-client')]).not.toEqual([secret])
  })

  test('with --idempotency-key also without what an earlier run left, and another one at each link', async () => {
    const secrets = async (link: string, key: string) => {
      const { link: own, requests } = await scriptedEdge([capability()])
      const args = ['redeem', own.replace(nonce, link), '-o', temporaryFolder(), '--idempotency-key', key]
      expect(await onceHere(args)).toMatchObject({ code: 0 })
      return requests.map(({ headers }) => headers['once-client'])
    }
    const [first, second] = await secrets(nonce, 'script 7')
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(second).toBe(first)
    expect(await secrets(nonce, 'script 7')).toEqual([first, first])
    expect(await secrets(nonce, 'script 8')).not.toContain(first)
    expect(await secrets(`F${nonce.slice(1)}`, 'script 7')).not.toContain(first)
  })
})

describe('if the URL is refused before its end', () => {
  test('it asks the link again, and goes on with the URL that it gets', async () => {
    const posts = [
      capability(`/first.bin?${bindingParameters.address}=4&${bindingParameters.client}=x`),
      capability('/second.bin?c=x'),
    ]
    const broken = await brokenOff({ posts, later: [forbidden, ...stops.slice(1), resumable(content)] })
    expect(await onceHere(broken.args)).toMatchObject({ code: 4 })
    // What a later run needs has the new URL.
    expect(await onceHere(broken.args)).toMatchObject({ code: 0 })
    expect(
      broken
        .laterRequests()
        .map(({ url }) => url)
        .filter(url => url?.startsWith('/d/')),
    ).toHaveLength(1)
    expect(broken.laterRequests().at(-1)?.url).toBe('/second.bin?c=x')
    expect(readFileSync(join(broken.folder, 'mine')).equals(content)).toBe(true)
  })

  test('it sends the cookies that it gets with the URL', async () => {
    const expiresAt = '2099-01-01T00:00:00Z'
    const withCookie = (value: string): Turn => {
      const body = JSON.stringify({ url: '/film/report.bin', expiresAt, cookies: { 'CloudFront-Signature': value } })
      return response => void response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    }
    const broken = await brokenOff({
      posts: ['first', 'second'].map(withCookie),
      later: [forbidden, resumable(content)],
    })
    expect(await onceHere(broken.args)).toMatchObject({ code: 0 })
    expect(broken.laterRequests().map(({ method, headers }) => [method, headers.cookie])).toEqual([
      ['GET', 'CloudFront-Signature=first'],
      ['POST', undefined],
      ['GET', 'CloudFront-Signature=second'],
    ])
  })

  const policy = (condition: object) =>
    Buffer.from(JSON.stringify({ Statement: [{ Condition: { DateLessThan: {}, ...condition } }] })).toString('base64')
  const bound = policy({ IpAddress: { 'AWS:SourceIp': '203.0.113.7/32' } })

  test.each([
    ['by CloudFront', `Policy=${bound.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')}`, forbidden],
    ['by the gate', `${bindingParameters.address}=4cb007107`, refuses(403, 'other-address')],
  ])('%s, because of the address, it says so, what helps, and goes on there', async (_, query, refusal) => {
    const posts = [capability(`/report.bin?${query}`), refuses(403, 'spent')]
    const { args, part, folder } = await brokenOff({ posts, later: [refusal, resumable(content)] })
    const { code, noted } = await onceHere(args)
    expect(code).toBe(4)
    expect(noted.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^the download broke off after 20000 bytes: the URL was refused before its end(: It is other-address|, or the sender removed the file)$/,
      ),
      `The bytes that arrived are in ${part}.`,
      'The URL works only from the address that opened the link until 2099-01-01T00:00:00Z: to go on, run the same command there.',
      'A link issued with --bind client works from any address, and has time for large files.',
    ])
    expect(await onceHere(args)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'mine')).equals(content)).toBe(true)
  })

  test('again and again, it asks the link once', async () => {
    const broken = await brokenOff({ later: [forbidden] })
    const outcome = await onceHere(broken.args)
    expect(outcome).toMatchObject({
      code: 4,
      noted: expect.stringContaining('refused before its end, or the sender removed the file\n') as string,
    })
    expect(outcome.noted).not.toContain('--bind')
    expect(broken.laterRequests().map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
  })
})

describe('what a later run needs', () => {
  test('is in a file that only this user can read, and in no message', async () => {
    const { resume, args, first } = await brokenOff({ posts: [capability('/report.bin?Signature=secret')] })
    expect(statSync(resume).mode & 0o777).toBe(0o600)
    const { client, url } = JSON.parse(readFileSync(resume, 'utf8')) as { client: { secret: string }; url: string }
    expect(url).toContain('Signature=secret')
    const again = await onceHere(args)
    for (const text of [first.noted, again.noted, ...again.metered]) {
      expect(text).not.toContain(client.secret)
      expect(text).not.toContain('Signature')
    }
  })

  test('does not contain the nonce', async () => {
    const { resume } = await brokenOff()
    expect(readFileSync(resume, 'utf8')).not.toContain(nonce.slice(0, 20))
  })

  test.skipIf(process.getuid?.() !== 0)('is not taken from another user', async () => {
    const { args, resume, laterRequests } = await brokenOff()
    chownSync(resume, 12345, 12345)
    expect(await onceHere(args)).toMatchObject({
      code: 2,
      noted: expect.stringContaining('belongs to another user') as string,
    })
    expect(laterRequests()).toEqual([])
  })

  test.each<[string, RegExp, (resume: string) => void]>([
    ['others can read it', /other users may read or write it/, resume => chmodSync(resume, 0o640)],
    [
      'it is a symbolic link',
      /ELOOP/,
      resume => (renameSync(resume, `${resume}.x`), symlinkSync(`${resume}.x`, resume)),
    ],
    [
      'another version wrote it',
      /another version wrote it/,
      resume => writeFileSync(resume, '{"version":2,"secret":"x"}'),
    ],
    [
      'its download is from another host',
      /^LINK: got one of http:\/\/127\.0\.0\.1:\d+, but .+ keeps a download from http:\/\/127\.0\.0\.2:\d+, allowed: a link of that host/,
      resume => writeFileSync(resume, readFileSync(resume, 'utf8').replace('http://127.0.0.1', 'http://127.0.0.2')),
    ],
    ['it is cut', /another version wrote it/, resume => writeFileSync(resume, '{"secret')],
    [
      'it names another folder',
      /another version/,
      resume => writeFileSync(resume, readFileSync(resume, 'utf8').replace('"mine.part"', '"../mine.part"')),
    ],
  ])('is refused if %s, and the link is not asked', async (_, message, change) => {
    const { args, resume, laterRequests } = await brokenOff()
    change(resume)
    const outcome = await onceHere(args)
    expect(outcome.code).toBe(2)
    expect(outcome.noted).toMatch(message)
    expect(outcome.noted).not.toContain('secret')
    expect(laterRequests()).toEqual([])
  })

  test('is not followed to another file if the part has become a link', async () => {
    const { args, part, folder } = await brokenOff()
    writeFileSync(join(folder, 'other'), 'other')
    rmSync(part)
    symlinkSync(join(folder, 'other'), part)
    expect(await onceHere(args)).toMatchObject({ code: 2, noted: expect.stringContaining('ELOOP') as string })
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('other')
  })

  test('is not written for standard output, which goes on within the run', async () => {
    const { link } = await scriptedEdge([capability()], [resumable(content, { cut: 20_000 }), resumable(content)])
    const written: Uint8Array[] = []
    const standardOutput = () => ({
      startOver: undefined,
      write: async (bytes: Uint8Array) => void written.push(bytes),
      close: async () => undefined,
    })
    const writePrivate = () => Promise.reject(new Error('written'))
    const outcome = await onceHere(['redeem', link, '-o', '-'], { disk: { ...disk, standardOutput, writePrivate } })
    expect(outcome).toMatchObject({ code: 0, noted: '50000 bytes' })
    expect(Buffer.concat(written).equals(content)).toBe(true)
  })
})

describe('two processes do not write the same part', () => {
  const other = 4_000_000
  /** Says that the part is being written by another process. */
  function claim(resume: string) {
    const state = JSON.parse(readFileSync(resume, 'utf8')) as object
    writeFileSync(resume, JSON.stringify({ ...state, writer: { pid: other, since: Date.now() } }))
  }

  test('while one runs, another is refused', async () => {
    const { args, resume, laterRequests } = await brokenOff()
    claim(resume)
    const outcome = await onceHere(args, { processes: { pid: 1, isRunning: () => true } })
    expect(outcome).toMatchObject({
      code: 2,
      noted: expect.stringContaining(`Process ${other} downloads its file already`) as string,
    })
    expect(laterRequests()).toEqual([])
  })

  test('one that has ended without a word is no obstacle', async () => {
    const { args, resume } = await brokenOff()
    claim(resume)
    expect(await onceHere(args, { processes: { pid: 1, isRunning: () => false } })).toMatchObject({ code: 0 })
  })

  test('of two that take over from it at once, one goes on', async () => {
    const { args, resume, folder } = await brokenOff()
    claim(resume)
    const clock = { now: () => Date.now() as EpochMs, pause: (ms: number) => pause(ms) }
    const outcomes = await Promise.all(
      [1, 2].map(pid => onceHere(args, { clock, processes: { pid, isRunning: () => false } })),
    )
    expect(outcomes.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 2])
    expect(readFileSync(join(folder, 'mine')).equals(content)).toBe(true)
  })

  test('the machine knows which processes run', () => {
    const now = Date.now()
    const bootedAt = now - uptime() * 1000
    expect(processes.isRunning(process.ppid, now as EpochMs)).toBe(true)
    expect(processes.isRunning(process.ppid, (bootedAt - 60_000) as EpochMs)).toBe(false)
    expect(processes.isRunning(process.pid, now as EpochMs)).toBe(false)
    expect(processes.isRunning(2 ** 30, now as EpochMs)).toBe(false)
  })
})
