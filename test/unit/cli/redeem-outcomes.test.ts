import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disk } from '../../../cli/adapters/disk.ts'
import { http } from '../../../cli/adapters/http.ts'
import type { Disk, HttpClient, OutputFile } from '../../../cli/ports/links.ts'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import {
  badGateway,
  capability,
  file,
  hangsUp,
  nonce,
  refuses,
  scriptedEdge,
  type Turn,
} from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { closedOrigin } from '../../support/machine/ports.ts'

const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code, syscall: 'write' })

async function refusing(code: string): Promise<never> {
  throw systemError(code)
}

const used = 'The link is used: ask the sender for a new one.'
const mayGoOn = 'The link is used. To go on, run the same command again. The URL works until 2099-01-01T00:00:00Z.'
/** What a later run needs to go on, named by the link's id. */
const resumeFile = `once-${linkIdOf(nonce as Nonce)}.resume`

describe('after the link is used, any failure ends with 4 and reports that it is used', () => {
  test('no file can be created', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const ports = { disk: { ...disk, create: () => refusing('EROFS') } }
    const outcome = await onceHere(['redeem', link, '-o', folder], ports)
    expect(outcome).toMatchObject({ code: 4, said: '', noted: `the file can't be saved: EROFS: no\n${used}` })
  })

  test('the disk is full', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => full(await disk.create(path))
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toBe(`the download broke off after 0 bytes: ENOSPC: no\n${mayGoOn}`)
    expect(readdirSync(folder)).toEqual([resumeFile])
  })

  test('the disk is full for what a later run would need, too', async () => {
    const { link } = await scriptedEdge([capability()], [hangsUp])
    const folder = temporaryFolder()
    const ports = { disk: { ...disk, writePrivate: () => refusing('ENOSPC') } }
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')], ports)
    expect(outcome).toMatchObject({ code: 4, said: '' })
    const [first = '', ...rest] = outcome.noted.split('\n')
    expect(first).toBe(`If this is interrupted, it can't go on later: ${join(folder, resumeFile)}: ENOSPC: no`)
    expect(rest.at(-1)).toBe(used)
    expect(readdirSync(folder)).toEqual([])
  })

  test('the file must start again, and what was written can not be discarded', async () => {
    const broken = (length: number) => (response: ServerResponse) =>
      void response.writeHead(200, { 'content-length': length }).write('half', () => response.destroy())
    const { link } = await scriptedEdge([capability()], [broken(10), broken(10)])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => {
      const output = await disk.create(path)
      return output && { ...output, startOver: () => refusing('EIO') }
    }
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toContain(`EIO: no\nThe bytes that arrived are in ${join(folder, 'mine.part')}.\n${mayGoOn}`)
  })

  test('the complete file can not be renamed', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const ports = { disk: { ...disk, rename: () => refusing('EACCES') } }
    const outcome = await onceHere(['redeem', link, '-o', folder], ports)
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toContain(`The complete file is in ${join(folder, 'report.bin.part')}. The link is used.`)
    expect(readdirSync(folder)).toEqual(['report.bin.part'])
  })

  test('the disk reports only when the file is closed that it is full', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => {
      const output = await disk.create(path)
      return output && { ...output, close: () => output.close().then(() => refusing('ENOSPC')) }
    }
    const outcome = await onceHere(['redeem', link, '-o', folder], { disk: { ...disk, create } })
    const part = join(folder, 'report.bin.part')
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toBe(
      `the download broke off after 1 bytes: ENOSPC: no\nThe bytes that arrived are in ${part}.\n${mayGoOn}`,
    )
    expect(readdirSync(folder)).toEqual([resumeFile, 'report.bin.part'])
  })

  test('with a given key, the message says how to still get the file', async () => {
    const { link } = await scriptedEdge([capability()])
    const ports = { disk: { ...disk, create: () => refusing('EROFS') } }
    const outcome = await onceHere(['redeem', link, '-o', temporaryFolder(), '--idempotency-key', 'k'], ports)
    expect(outcome.noted).toContain('run this again at once with the same --idempotency-key')
  })
})

function full(output: OutputFile | undefined): OutputFile | undefined {
  return output && { ...output, write: () => refusing('ENOSPC') }
}

describe('a file name is found', () => {
  test('however many files with that name exist', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'report.bin'), 'old')
    for (let number = 2; number <= 100; number += 1) writeFileSync(join(folder, `report (${number}).bin`), 'old')
    const outcome = await onceHere(['redeem', link, '-o', folder])
    expect(outcome.code).toBe(0)
    expect(basename(outcome.said)).toMatch(/^report \([0-9a-f]{8}\)\.bin$/)
    expect(readFileSync(outcome.said, 'utf8')).toBe('x')
  })

  test('also if the file system does not accept the name', async () => {
    const { link } = await scriptedEdge([capability('/a%3Ab.bin')])
    const folder = temporaryFolder()
    const create: Disk['create'] = path => (path.includes(':') ? refusing('EINVAL') : disk.create(path))
    const outcome = await onceHere(['redeem', link, '-o', folder], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 0, said: join(folder, 'download') })
  })

  test('without characters that reverse its letters', async () => {
    const { link } = await scriptedEdge([capability('/report%E2%80%AEfdp.exe')])
    const folder = temporaryFolder()
    expect(await onceHere(['redeem', link, '-o', folder])).toMatchObject({ said: join(folder, 'report_fdp.exe') })
  })

  test.each([
    ['/-rf', '_rf'],
    ['/%2E%2E', 'download'],
    ['/..%2F..%2Fetc', '_._.._etc'],
    ['/a%5C..%5Cb', 'a_.._b'],
    ['/a%E2%80%A8b%E2%80%A9c%0Ad', 'a_b_c_d'],
    ['/NUL.txt', '_NUL.txt'],
    ['/report.pdf.', 'report.pdf_'],
  ])('without what has a meaning to shells and systems: %s', async (path, name) => {
    const { link } = await scriptedEdge([capability(path)])
    const folder = temporaryFolder()
    expect(await onceHere(['redeem', link, '-o', folder])).toMatchObject({ code: 0, said: join(folder, name) })
    expect(readdirSync(folder)).toEqual([name])
  })

  test('unless the given one is empty', async () => {
    const { link, keys } = await scriptedEdge([capability()])
    const outcome = await onceHere(['redeem', link, '-o', ''])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining('-o: got ""') as string })
    expect(keys).toEqual([])
  })
})

test('a file that can not be removed does not hide why the link was refused', async () => {
  const { link } = await scriptedEdge([refuses(403, 'revoked')])
  const ports = { disk: { ...disk, remove: () => refusing('EIO') } }
  const outcome = await onceHere(['redeem', link, '-o', join(temporaryFolder(), 'mine')], ports)
  expect(outcome).toMatchObject({ code: 3, noted: 'It is revoked\nSo it is.' })
})

test('a device is not replaced, and the link is not used', async () => {
  const { link, keys } = await scriptedEdge([capability()])
  const outcome = await onceHere(['redeem', link, '-o', '/dev/null', '--force'])
  expect(outcome).toMatchObject({ code: 2, noted: expect.stringContaining('"/dev/null", a device or pipe') as string })
  expect(keys).toEqual([])
})

test('two downloads at once that replace one file do not mix: the file of one of them is there, whole', async () => {
  const folder = temporaryFolder()
  const contents = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b')]
  const outcomes = await Promise.all(
    contents.map(async (content, index) => {
      const { link } = await scriptedEdge([capability()], [file(content)])
      const own = link.replace(nonce, `E${index}${nonce.slice(2)}`)
      return onceHere(['redeem', own, '-o', join(folder, 'mine'), '--force'])
    }),
  )
  expect(outcomes).toMatchObject([
    { code: 0, noted: '3000000 bytes' },
    { code: 0, noted: '2000000 bytes' },
  ])
  const saved = readFileSync(join(folder, 'mine'))
  expect(contents.some(content => content.equals(saved))).toBe(true)
  expect(readdirSync(folder)).toEqual(['mine'])
})

test('a download that brings no bytes for two minutes leaves no file but what a later run needs', async () => {
  const { link } = await scriptedEdge([capability()], [hangsUp])
  const folder = temporaryFolder()
  const outcome = await onceHere(['redeem', link, '-o', folder])
  expect(outcome).toMatchObject({ code: 4, said: '' })
  const trying = 'No bytes arrive (socket hang up): trying for two minutes.'
  expect(outcome.noted).toBe(`${trying}\nthe download broke off after 0 bytes: socket hang up\n${mayGoOn}`)
  expect(readdirSync(folder)).toEqual([resumeFile])
})

describe('the firewall', () => {
  const problem = { title: 'There are too many requests from this address', reason: 'too-many-requests', status: 429 }
  const blocks =
    (seconds: number): Turn =>
    response => {
      const headers = { 'content-type': 'application/json', 'retry-after': String(seconds) }
      response.writeHead(429, headers).end(JSON.stringify({ ...problem, detail: 'No link was used.' }))
    }

  test('a blocked redemption waits for a minute, and then gets the file', async () => {
    const { link, keys } = await scriptedEdge([blocks(60), capability()])
    const outcome = await onceHere(['redeem', link, '-o', temporaryFolder()])
    expect(outcome).toMatchObject({ code: 0, noted: `${problem.title}: trying again in 60 seconds\n1 bytes` })
    expect(keys).toHaveLength(2)
  })

  test('one that stays blocked is refused with the reason, and the link is not said to be used', async () => {
    const { link, keys } = await scriptedEdge([blocks(60)])
    const outcome = await onceHere(['redeem', link, '-o', temporaryFolder()])
    expect(outcome).toMatchObject({ code: 3, said: '' })
    expect(outcome.noted.split('\n').slice(-2)).toEqual([problem.title, 'No link was used.'])
    expect(keys).toHaveLength(2)
  })

  test('a blocked download waits, too, unless that takes longer than a minute', async () => {
    const { link } = await scriptedEdge([capability()], [blocks(60), file(Buffer.from('x'))])
    expect(await onceHere(['redeem', link, '-o', temporaryFolder()])).toMatchObject({ code: 0 })
    const { link: other } = await scriptedEdge([capability()], [blocks(61)])
    const outcome = await onceHere(['redeem', other, '-o', temporaryFolder()])
    expect(outcome).toMatchObject({ code: 4, noted: expect.stringContaining('too many requests from this') as string })
  })
})

describe('once redeem reports what is known of a link', () => {
  const perhapsOurs = 'so this command may have used the link'
  const redeem = (link: string) => onceHere(['redeem', link, '-o', temporaryFolder()])

  test.each([
    ['a lost response, then spent', [hangsUp, refuses(403, 'spent')]],
    ['a failure, then spent', [refuses(503, 'failed'), refuses(403, 'spent')]],
    ['a gateway without a response, then spent', [badGateway, refuses(403, 'spent')]],
    ['a lost response, then the uniform refusal', [hangsUp, refuses(403, 'not-redeemable')]],
  ])('%s: this command may have used it', async (_, turns) => {
    const { link, keys } = await scriptedEdge(turns)
    expect(await redeem(link)).toMatchObject({ code: 3, noted: expect.stringContaining(perhapsOurs) as string })
    expect(new Set(keys).size).toBe(1)
    expect(keys).toHaveLength(2)
  })

  test.each([
    ['spent at once', [refuses(403, 'spent')]],
    ['an edge whose store is unavailable, then spent', [refuses(503, 'unavailable'), refuses(403, 'spent')]],
    ['an outcome that stays unknown', [refuses(503, 'outcome-unknown')]],
  ])('%s: the message is that of the edge, unchanged', async (_, turns) => {
    const { link } = await scriptedEdge(turns)
    const outcome = await redeem(link)
    expect(outcome.code).toBe(3)
    expect(outcome.noted).toMatch(/^It is \S+\nSo it is\.$/)
  })

  test.each([
    ['an edge whose store is unavailable', refuses(503, 'unavailable')],
    ['revoked', refuses(403, 'revoked')],
  ])('a lost response, then %s: whether the link was used is unknown', async (_, turn) => {
    const { link } = await scriptedEdge([hangsUp, turn])
    const outcome = await redeem(link)
    expect(outcome).toMatchObject({ code: 3 })
    expect(outcome.noted).toContain('no certain result. Whether the link was used is unknown.')
  })

  test('no server was reached: the link is not used, and the message says why', async () => {
    const outcome = await redeem(`${await closedOrigin()}/d/${nonce}`)
    expect(outcome.code).toBe(2)
    expect(outcome.noted).toMatch(/^no response from an edge: connect ECONNREFUSED .*\nThe link was not used: /)
    const nowhere = await redeem(`https://there-is-no-such-host.invalid/d/${nonce}`)
    expect(nowhere.noted).toMatch(/^no response from an edge: getaddrinfo .*\nThe link was not used: /)
  })

  test('an edge that is reached only once: whether the link was used is unknown', async () => {
    const edge = await scriptedEdge([hangsUp])
    const gone = await closedOrigin()
    let requests = 0
    const fetch: HttpClient['fetch'] = async (url, init) => {
      requests += 1
      return http.fetch(requests === 1 ? url : gone, init)
    }
    const outcome = await onceHere(['redeem', edge.link, '-o', temporaryFolder()], { http: { fetch } })
    expect(outcome.noted).toMatch(/ECONNREFUSED .*\nWhether the link was used is unknown\.$/)
    expect(requests).toBe(5)
  })

  test('a server that is not an edge and returns 200 may have forwarded the link: whether it was used is unknown', async () => {
    const { link } = await scriptedEdge([response => void response.end('<h1>Log in</h1>')])
    const outcome = await redeem(link)
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(
      /the server is not an edge: it returned 200 .*\nWhether the link was used is unknown\.$/,
    )
  })

  test.each([
    ['of a firewall', { 'content-type': 'text/html' }, '<h1>403 ERROR</h1><p>Request blocked.</p>'],
    ['shown as the error page of files', { 'content-type': 'text/html', 'x-once': 'page' }, '<h1>Not here</h1>'],
    ['of a proxy, in JSON', { 'content-type': 'application/json' }, '{"reason":"spent","detail":"Used."}'],
  ])('a 403 %s is not taken for that of a used link: it says to try again', async (_, headers, body) => {
    const blocks: Turn = response => void response.writeHead(403, headers).end(body)
    const { link, keys } = await scriptedEdge([blocks])
    const outcome = await redeem(link)
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(/^the response was 403, but not from an edge: .*Try again later\.\n.* is unknown\.$/)
    expect(outcome.noted).not.toContain('Used')
    expect(keys).toHaveLength(1)
  })
})
