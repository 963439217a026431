import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disk } from '../../../cli/adapters/disk.ts'
import { web } from '../../../cli/adapters/http.ts'
import type { Disk, OutputFile } from '../../../cli/ports/links.ts'
import { listenOnLoopback } from '../../../emulator/servers.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { badGateway, capability, file, hangsUp, nonce, refuses, scriptedEdge } from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/folder.ts'

const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code, syscall: 'write' })

async function refusing(code: string): Promise<never> {
  throw systemError(code)
}

const used = 'The link is used: ask the sender for a new one.'

/** Where nobody listens. */
async function closedOrigin(): Promise<string> {
  const { origin, close } = await listenOnLoopback(0)
  await close()
  return origin
}

describe('once a link is used, whatever fails ends with 4 and says that it is used', () => {
  test('no file can be made', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const world = { disk: { ...disk, create: () => refusing('EROFS') } }
    const outcome = await onceHere(['redeem', link, '-o', folder], world)
    expect(outcome).toMatchObject({ code: 4, said: '', noted: `the file can't be saved: EROFS: no\n${used}` })
  })

  test('the disk is full', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => full(await disk.create(path))
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toBe(`the download broke off after 0 bytes: ENOSPC: no\n${used}`)
    expect(readdirSync(folder)).toEqual([])
  })

  test('what was written can not be taken back where the file has to begin anew', async () => {
    const broken = (length: number) => (response: ServerResponse) =>
      void response.writeHead(200, { 'content-length': length }).write('half', () => response.destroy())
    const { link } = await scriptedEdge([capability()], [broken(10), broken(10)])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => {
      const draft = await disk.create(path)
      return draft && { ...draft, startOver: () => refusing('EIO') }
    }
    const outcome = await onceHere(['redeem', link, '-o', join(folder, 'mine')], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toContain(`EIO: no\nWhat came is in ${join(folder, 'mine.part')}.\n${used}`)
  })

  test('the whole file can not be given its name', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const world = { disk: { ...disk, rename: () => refusing('EACCES') } }
    const outcome = await onceHere(['redeem', link, '-o', folder], world)
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toContain(`The whole file is in ${join(folder, 'report.bin.part')}. The link is used.`)
    expect(readdirSync(folder)).toEqual(['report.bin.part'])
  })

  test('the disk says only in the end that it has no room', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    const create: Disk['create'] = async path => {
      const draft = await disk.create(path)
      return draft && { ...draft, close: () => draft.close().then(() => refusing('ENOSPC')) }
    }
    const outcome = await onceHere(['redeem', link, '-o', folder], { disk: { ...disk, create } })
    const part = join(folder, 'report.bin.part')
    expect(outcome).toMatchObject({ code: 4, said: '' })
    expect(outcome.noted).toBe(`the download broke off after 1 bytes: ENOSPC: no\nWhat came is in ${part}.\n${used}`)
    expect(readdirSync(folder)).toEqual(['report.bin.part'])
  })

  test('with a key of its own, the message says how to get it even so', async () => {
    const { link } = await scriptedEdge([capability()])
    const world = { disk: { ...disk, create: () => refusing('EROFS') } }
    const outcome = await onceHere(['redeem', link, '-o', temporaryFolder(), '--idempotency-key', 'k'], world)
    expect(outcome.noted).toContain('run this again at once with the same --idempotency-key')
  })
})

function full(draft: OutputFile | undefined): OutputFile | undefined {
  return draft && { ...draft, write: () => refusing('ENOSPC') }
}

describe('a name is found', () => {
  test('however many files of that name there are', async () => {
    const { link } = await scriptedEdge([capability()])
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'report.bin'), 'old')
    for (let number = 2; number <= 100; number += 1) writeFileSync(join(folder, `report (${number}).bin`), 'old')
    const outcome = await onceHere(['redeem', link, '-o', folder])
    expect(outcome.code).toBe(0)
    expect(basename(outcome.said)).toMatch(/^report \([0-9a-f]{8}\)\.bin$/)
    expect(readFileSync(outcome.said, 'utf8')).toBe('x')
  })

  test('also where the file system takes no such name', async () => {
    const { link } = await scriptedEdge([capability('/a%3Ab.bin')])
    const folder = temporaryFolder()
    const create: Disk['create'] = path => (path.includes(':') ? refusing('EINVAL') : disk.create(path))
    const outcome = await onceHere(['redeem', link, '-o', folder], { disk: { ...disk, create } })
    expect(outcome).toMatchObject({ code: 0, said: join(folder, 'download') })
  })

  test('without anything in it that would turn its letters around', async () => {
    const { link } = await scriptedEdge([capability('/report%E2%80%AEfdp.exe')])
    const folder = temporaryFolder()
    expect(await onceHere(['redeem', link, '-o', folder])).toMatchObject({ said: join(folder, 'report_fdp.exe') })
  })

  test('only if it is one', async () => {
    const { link, keys } = await scriptedEdge([capability()])
    const outcome = await onceHere(['redeem', link, '-o', ''])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining('-o: got ""') as string })
    expect(keys).toEqual([])
  })
})

test('a file that can not be removed does not hide why the link was refused', async () => {
  const { link } = await scriptedEdge([refuses(403, 'revoked')])
  const world = { disk: { ...disk, remove: () => refusing('EIO') } }
  const outcome = await onceHere(['redeem', link, '-o', join(temporaryFolder(), 'mine')], world)
  expect(outcome).toMatchObject({ code: 3, noted: 'It is revoked\nSo it is.' })
})

test('a device is not replaced, and the link not used', async () => {
  const { link, keys } = await scriptedEdge([capability()])
  const outcome = await onceHere(['redeem', link, '-o', '/dev/null', '--force'])
  expect(outcome).toMatchObject({ code: 2, noted: expect.stringContaining('"/dev/null", a device or pipe') as string })
  expect(keys).toEqual([])
})

test('two at once that replace one file have their first bytes apart: one of the two is there in the end, whole', async () => {
  const folder = temporaryFolder()
  const contents = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b')]
  const outcomes = await Promise.all(
    contents.map(async content => {
      const { link } = await scriptedEdge([capability()], [file(content)])
      return onceHere(['redeem', link, '-o', join(folder, 'mine'), '--force'])
    }),
  )
  expect(outcomes).toMatchObject([
    { code: 0, noted: '3000000 bytes' },
    { code: 0, noted: '2000000 bytes' },
  ])
  const there = readFileSync(join(folder, 'mine'))
  expect(contents.some(content => content.equals(there))).toBe(true)
  expect(readdirSync(folder)).toEqual(['mine'])
})

test('of a download of which nothing came nothing is left', async () => {
  const { link } = await scriptedEdge([capability()], [hangsUp])
  const folder = temporaryFolder()
  const outcome = await onceHere(['redeem', link, '-o', folder])
  expect(outcome).toMatchObject({ code: 4, said: '' })
  expect(outcome.noted).toBe(`the download broke off after 0 bytes: other side closed\n${used}`)
  expect(readdirSync(folder)).toEqual([])
})

describe('once redeem says what is known of a link', () => {
  const perhapsOurs = 'it may have been this command that used it'
  const redeem = (link: string) => onceHere(['redeem', link, '-o', temporaryFolder()])

  test.each([
    ['an answer that was lost, and then spent', [hangsUp, refuses(403, 'spent')]],
    ['an outcome that is unknown, and then spent', [refuses(503, 'outcome-unknown'), refuses(403, 'spent')]],
    ['no signature, and then spent', [refuses(503, 'unsigned'), refuses(403, 'spent')]],
    ['a bug of the edge, and then spent', [refuses(503, 'failed'), refuses(403, 'spent')]],
    ['a gateway without an answer, and then spent', [badGateway, refuses(403, 'spent')]],
    ['a lost answer, and then what all refusals look like', [hangsUp, refuses(403, 'not-redeemable')]],
    ['no signature, and then what all refusals look like', [refuses(503, 'unsigned'), refuses(403, 'not-redeemable')]],
  ])('%s: perhaps this command used it', async (_, turns) => {
    const { link, keys } = await scriptedEdge(turns)
    expect(await redeem(link)).toMatchObject({ code: 3, noted: expect.stringContaining(perhapsOurs) as string })
    expect(new Set(keys).size).toBe(1)
    expect(keys).toHaveLength(2)
  })

  test.each([
    ['spent at once', [refuses(403, 'spent')]],
    ['an edge that can not be asked, and then spent', [refuses(503, 'unavailable'), refuses(403, 'spent')]],
    ['a lost answer, and then withdrawn', [hangsUp, refuses(403, 'revoked')]],
    ['an outcome that stays unknown', [refuses(503, 'outcome-unknown')]],
  ])('%s: the message is the edge’s, with nothing added', async (_, turns) => {
    const { link } = await scriptedEdge(turns)
    const outcome = await redeem(link)
    expect(outcome.code).toBe(3)
    expect(outcome.noted).toMatch(/^It is \S+\nSo it is\.$/)
  })

  test('a lost answer, and then an edge that can not be asked: whether the link was used is unknown', async () => {
    const { link } = await scriptedEdge([hangsUp, refuses(503, 'unavailable')])
    const outcome = await redeem(link)
    expect(outcome).toMatchObject({ code: 3 })
    expect(outcome.noted).toContain('no certain answer. It is not known whether the link was used.')
  })

  test('a gateway without an answer is asked again under the same key', async () => {
    const { link, keys } = await scriptedEdge([badGateway, badGateway, capability()])
    expect(await redeem(link)).toMatchObject({ code: 0 })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  test('a gateway that never has one: whether the link was used is unknown', async () => {
    const { link, keys } = await scriptedEdge([badGateway])
    const noted = 'nobody answered for the link: the answer was 502\nIt is not known whether the link was used.'
    expect(await redeem(link)).toMatchObject({ code: 2, noted })
    expect(keys).toHaveLength(5)
  })

  test('nobody was reached: it is not used, and why is told', async () => {
    const outcome = await redeem(`${await closedOrigin()}/d/${nonce}`)
    expect(outcome.code).toBe(2)
    expect(outcome.noted).toMatch(/^nobody answered for the link: connect ECONNREFUSED .*\nThe link was not used: /)
    const nowhere = await redeem(`https://there-is-no-such-host.invalid/d/${nonce}`)
    expect(nowhere.noted).toMatch(/^nobody answered for the link: getaddrinfo .*\nThe link was not used: /)
  })

  test('an edge that is reached only the first time: whether the link was used is unknown', async () => {
    const edge = await scriptedEdge([hangsUp])
    const gone = await closedOrigin()
    let asked = 0
    const ask: typeof web.ask = async request => {
      asked += 1
      return asked === 1 ? web.ask(request) : web.ask({ ...request, url: gone })
    }
    const outcome = await onceHere(['redeem', edge.link, '-o', temporaryFolder()], { web: { ask } })
    expect(outcome.noted).toMatch(/ECONNREFUSED .*\nIt is not known whether the link was used\.$/)
    expect(asked).toBe(5)
  })

  test('a server that is not an edge and answers 200 may have passed the link on: whether it was used is unknown', async () => {
    const { link } = await scriptedEdge([response => void response.end('<h1>Log in</h1>')])
    const outcome = await redeem(link)
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(/no edge of links: it gives 200, .*\nIt is not known whether the link was used\.$/)
  })
})
