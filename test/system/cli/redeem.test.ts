import { spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { movingProxy, type Passage } from '../../support/content/moving-proxy.ts'

const main = join(import.meta.dirname, '../../../cli/main.ts')

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Issues a link to these bytes; also returns an empty folder to save them in. */
async function linkTo(content: Buffer, fields: object = {}, key = 'report.bin') {
  const bucket = temporaryFolder()
  const file = join(bucket, key)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  const { api, edges } = await emulatorHere({ bucket })
  const { id, url } = await issueAt(api, { key, ...fields })
  return { api, id, url, folder: temporaryFolder(), edge: edges['us-east-1'] ?? '' }
}

/** How responses of links and of files pass, in order; later ones pass whole. */
interface Plan {
  readonly links?: readonly Passage[]
  readonly files?: readonly Passage[]
}

/** The same, behind a proxy that breaks connections. Returns how many responses of links and files have begun. */
async function linkBehind({ links = [], files = [] }: Plan, content: Buffer, fields: object = {}) {
  const link = await linkTo(content, fields)
  const left = { links: [...links], files: [...files] }
  const isLink = (path: string) => path.startsWith('/d/')
  const passageOf = (path: string) => left[isLink(path) ? 'links' : 'files'].shift() ?? {}
  const { origin, passed } = await movingProxy(link.edge, { passageOf })
  const begun = () => [
    passed.filter(({ path }) => isLink(path)).length,
    passed.filter(({ path }) => !isLink(path)).length,
  ]
  return { ...link, url: link.url.replace(link.edge, origin), begun }
}

const lost: Passage = { isLost: true }

describe('a link is redeemed and its file saved', () => {
  test('under its own name, which is printed; the second time the link is refused, with the reason', async () => {
    const content = randomBytes(100_000)
    const { url, folder } = await linkTo(content)
    const first = await onceHere(['redeem', url, '-o', folder])
    expect(first).toMatchObject({ code: 0, said: join(folder, 'report.bin'), noted: '100000 bytes' })
    expect(first.metered.at(-2)).toContain('100 %  100 of 100 kB')
    expect(readdirSync(folder)).toEqual(['report.bin'])
    expect(digest(readFileSync(join(folder, 'report.bin')))).toBe(digest(content))
    const second = await onceHere(['redeem', url, '-o', folder])
    expect(second).toMatchObject({ code: 3, said: '' })
    expect(second.noted).toContain('This link no longer works\nIt works once, and it was used.')
    expect(readdirSync(folder)).toEqual(['report.bin'])
  })

  test('also if a person would have to confirm', async () => {
    const { url, folder, api, id } = await linkTo(Buffer.from('x'), { confirm: true })
    expect((await ask(url)).status).toBe(403)
    expect(await onceHere(['redeem', url, '-o', join(folder, 'mine')])).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('x')
    const { body } = await ask(`${api}/links/${id}`)
    expect(JSON.parse(body)).toMatchObject({ state: 'used', receipt: { userAgent: 'once-at-edge' } })
  })

  test('under the name that the sender gave, and in no other folder, whatever the name contains', async () => {
    const { url, folder } = await linkTo(Buffer.from('x'), { filename: 'Röntgen 100% "日本".pdf' })
    expect(await onceHere(['redeem', url, '-o', folder])).toMatchObject({ code: 0 })
    const { url: dots, folder: other } = await linkTo(Buffer.from('x'), { filename: '..profile' })
    expect(await onceHere(['redeem', dots, '-o', other])).toMatchObject({ code: 0 })
    expect(readdirSync(folder)).toEqual(['Röntgen 100% "日本".pdf'])
    expect(readdirSync(other)).toEqual(['_.profile'])
  })

  test('with a number if such a file exists', async () => {
    const { url, folder } = await linkTo(Buffer.from('new'))
    writeFileSync(join(folder, 'report.bin'), 'old')
    writeFileSync(join(folder, 'report (2).bin'), 'older')
    const outcome = await onceHere(['redeem', url, '-o', folder, '--json'])
    expect(JSON.parse(outcome.said)).toEqual({ file: join(folder, 'report (3).bin'), bytes: 3 })
    expect(readFileSync(join(folder, 'report.bin'), 'utf8')).toBe('old')
  })

  test('for a link to a folder for a player, only the object that it names', async () => {
    const { url, folder } = await linkTo(Buffer.from('#EXTM3U\n'), { media: true }, 'films/one/index.m3u8')
    expect(await onceHere(['redeem', url, '-o', folder])).toMatchObject({ code: 0, said: join(folder, 'index.m3u8') })
    expect(readFileSync(join(folder, 'index.m3u8'), 'utf8')).toBe('#EXTM3U\n')
  })
})

describe('nothing is lost', () => {
  test('an existing file is kept, and the link is not used', async () => {
    const { url, folder } = await linkTo(Buffer.from('new'))
    const file = join(folder, 'mine')
    writeFileSync(file, 'old')
    const outcome = await onceHere(['redeem', url, '-o', file])
    expect(outcome).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining('allowed: a new file') as string,
    })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(await onceHere(['redeem', url, '-o', file, '--force'])).toMatchObject({ code: 0, said: file })
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  test('the link is not used either if the part of another download is in the way, or the folder does not exist', async () => {
    const { url, folder } = await linkTo(Buffer.from('new'))
    writeFileSync(join(folder, 'mine.part'), 'others')
    expect(await onceHere(['redeem', url, '-o', join(folder, 'mine')])).toMatchObject({ code: 2 })
    expect(await onceHere(['redeem', url, '-o', join(folder, 'no/mine')])).toMatchObject({ code: 2 })
    expect(readFileSync(join(folder, 'mine.part'), 'utf8')).toBe('others')
    expect(await onceHere(['redeem', url, '-o', join(folder, 'other')])).toMatchObject({ code: 0 })
  })
})

describe('a transfer that breaks', () => {
  test('five times, anywhere, still brings the same bytes', async () => {
    const content = randomBytes(4_000_000)
    const cuts = Array.from({ length: 5 }, () => randomInt(0, 900_000))
    const { url, folder, begun } = await linkBehind({ files: cuts.map(bytes => ({ bytes })) }, content)
    const outcome = await onceHere(['redeem', url, '-o', join(folder, 'mine')])
    expect(outcome, `cut after ${cuts.join(', ')}`).toMatchObject({ code: 0, noted: '4000000 bytes' })
    expect(digest(readFileSync(join(folder, 'mine')))).toBe(digest(content))
    expect(begun()).toEqual([1, 6])
    expect(readdirSync(folder)).toEqual(['mine'])
  })
})

describe('a lost response', () => {
  test('does no harm if the link has a receipt: the same key is sent again', async () => {
    const content = randomBytes(1000)
    const { url, folder, begun } = await linkBehind({ links: Array.from({ length: 2 }, () => lost) }, content, {
      receipt: true,
    })
    expect(await onceHere(['redeem', url, '-o', folder])).toMatchObject({ code: 0 })
    expect(begun()).toEqual([3, 1])
    expect(readFileSync(join(folder, 'report.bin')).equals(content)).toBe(true)
  })

  test('for good ends with 2, and the command can be run again with its key', async () => {
    const content = randomBytes(1000)
    const { url, folder, begun } = await linkBehind({ links: Array.from({ length: 5 }, () => lost) }, content, {
      receipt: true,
    })
    const args = ['redeem', url, '-o', join(folder, 'mine'), '--idempotency-key', 'script 7']
    const outcome = await onceHere(args)
    expect(outcome).toMatchObject({
      code: 2,
      noted: expect.stringContaining('Whether the link was used is unknown') as string,
    })
    expect(begun()).toEqual([5, 0])
    expect(readdirSync(folder)).toEqual([])
    expect(await onceHere(args)).toMatchObject({ code: 0 })
  })
})

test('no output contains the nonce of a link', async () => {
  const { url, folder } = await linkBehind({ files: Array.from({ length: 99 }, () => lost) }, Buffer.from('x'))
  const wrong = [`${url}x`, url.slice(0, -1), url.replace('/d/', '/e/'), url.replace('http:', 'ftp:'), `${url}?a=b`]
  for (const link of [...wrong, url, url]) {
    const { noted, said } = await onceHere(['redeem', link, '-o', folder])
    expect(`${noted}${said}`).not.toContain(url.slice(-43, -3))
  }
  const { noted } = await onceHere(['redeem', '--output', url, url])
  expect(noted).not.toContain(url.slice(-43, -3))
  expect((await onceHere(['redeem', '--wrong', url, url])).noted).not.toContain(url.slice(-43, -3))
  expect((await onceHere(['doctor', url])).noted).not.toContain(url.slice(-43, -3))
})

describe('as a process', () => {
  test('only the file goes to standard output, and the link can come from standard input', async () => {
    const content = randomBytes(3_000_000)
    const { url } = await linkTo(content)
    const child = spawn(process.execPath, [main, 'redeem', '-', '-o', '-'], { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.end(`${url}\n`)
    const exited = once(child, 'exit')
    const [out, err] = await Promise.all([buffer(child.stdout), text(child.stderr)])
    const [code, signal] = await exited
    expect({ code, signal, err }).toEqual({ code: 0, signal: null, err: '3000000 bytes\n' })
    expect(digest(out)).toBe(digest(content))
  })

  test('if its reader goes away, it ends with 4 and without a stack trace', async () => {
    const { url } = await linkTo(randomBytes(9_000_000))
    const child = spawn(process.execPath, [main, 'redeem', url, '-o', '-'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.once('data', () => child.stdout.destroy())
    const exited = once(child, 'exit')
    expect(await text(child.stderr)).toMatch(/^the download broke off after \d+ bytes: .*EPIPE/)
    const [code, signal] = await exited
    expect({ code, signal }).toEqual({ code: 4, signal: null })
  })
})
