import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { createClient, type LinkView } from '../../../client/client.ts'
import { startEmulator } from '../../../emulator/emulator.ts'
import type { ScanOptions } from '../../../emulator/s3/scanner.ts'
import { opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { scanningEmulator, sumOf } from '../../support/emulator/scanning-emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { malwareTestText } from '../../../shared/scan.ts'

const testFile = malwareTestText()

const noTerminal = { progress: undefined }

/** Starts an emulator that scans, and returns `once` with the file report.pdf; it waits without time. */
async function scanning(scan: ScanOptions, content = 'clean') {
  const emulator = await scanningEmulator(scan)
  const folder = temporaryFolder()
  const file = join(folder, 'report.pdf')
  writeFileSync(file, content)
  const local = () => createClient(emulator.options)
  const once = async (args: readonly string[], ports: Partial<DeploymentPorts> = noTerminal) =>
    onceHere([...args, `--local=${emulator.api}`], { apis: { ...apis, local }, ...ports })
  return { ...emulator, folder, file, once }
}

/** Returns an interrupt that comes at this wait, counted from 1. */
function interruptAt(wait: number) {
  const stop = new AbortController()
  let waits = 0
  const note = (line: string) => {
    if (!line.includes('being checked')) return
    waits += 1
    if (waits === wait) stop.abort(new Error('interrupted'))
  }
  return { progress: note, interrupts: { abortOnInterrupt: () => stop.signal } }
}

const waiting = 'report.pdf: being checked for malware; Ctrl-C stops waiting, and the same command goes on'
const neverEnded =
  /^The object is still being checked\nthere was no result within half an hour \(allowed: NO_THREATS_FOUND of "[^"]+"\); the file remains, and the same command goes on$/m

describe('where files are scanned, once issue', () => {
  test('says that it waits, and prints the link once nothing was found', async () => {
    const { once, file, seen, links } = await scanning({})
    const issued = await once(['issue', '--plain', file])
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\S+\/d\/[\w-]{43}$/) as string })
    expect(issued.noted.split('\n')).toEqual([waiting, expect.stringMatching(/report\.pdf: [\w-]{22}, expires/)])
    expect([seen.linksAtWaits, (await links()).length]).toEqual([[0], 1])
    expect(await opened(issued.said)).toBe('clean')
  })

  test('shows on a terminal for how long it has waited, here a minute', async () => {
    const { once, file, seen } = await scanning({ afterMs: 60_000 })
    const { said, noted, metered } = await once(['issue', '--plain', file], {})
    const checks = metered.filter(line => line.includes('being checked'))
    expect(checks.slice(0, 2)).toEqual([
      'report.pdf: being checked, 0:00; Ctrl-C stops waiting',
      'report.pdf: being checked, 0:05; Ctrl-C stops waiting',
    ])
    expect(checks.at(-1)).toMatch(/^report\.pdf: being checked, 0:5\d; /)
    expect(metered.at(-1)).toBe('')
    expect(noted).not.toContain('being checked')
    expect(new Set(seen.linksAtWaits)).toEqual(new Set([0]))
    expect(await opened(said)).toBe('clean')
  })

  test.each([
    ['THREATS_FOUND', 'malware was found in the file'],
    [
      'UNSUPPORTED',
      'the file could not be checked: it has a password, is too large, or is an archive with too much in it',
    ],
    ['FAILED', 'the file could not be checked: an error ended the check'],
    ['ACCESS_DENIED', 'the file could not be checked: the check was not allowed to read it'],
    ['SOMETHING_NEW', 'the file could not be checked'],
  ])('after the result %s makes no link, says why, and does not advise another try', async (result, words) => {
    const { once, file, seen, links } = await scanning({ result })
    for (const notes of [[waiting], []]) {
      const refused = await once(['issue', file])
      expect(refused).toMatchObject({ code: 3, said: '' })
      expect(refused.noted.split('\n')).toEqual([
        ...notes,
        'The check of the object allows no link to it',
        expect.stringMatching(new RegExp(`^${words} \\(${result}, allowed: NO_THREATS_FOUND of ".+/report\\.pdf"\\)$`)),
        expect.stringMatching(/^request /),
      ])
    }
    expect([seen.parts, seen.linksAtWaits, await links()]).toEqual([1, [0], []])
  })

  test('after half an hour says that the file remains, and the same command goes on, without another upload', async () => {
    const { once, file, seen, links, pass } = await scanning({ afterMs: 7_200_000 })
    const late = await once(['issue', '--plain', file])
    expect(late).toMatchObject({ code: 3, said: '', noted: expect.stringMatching(neverEnded) as string })
    const [, printed = ''] =
      /^the file was uploaded and remains; to issue a link for it: once (.+)$/m.exec(late.noted) ?? []
    expect(printed).toMatch(/^issue --key=[0-9a-f]{32}\/report\.pdf --version-id=\S+$/)
    expect(sumOf(seen.waits)).toBeGreaterThanOrEqual(1_800_000)
    expect([new Set(seen.linksAtWaits), await links()]).toEqual([new Set([0]), []])
    pass(7_200_000)
    for (const args of [['issue', file], printed.split(' ')]) {
      const issued = await once([...args, '--plain'])
      expect(issued.code).toBe(0)
      expect(await opened(issued.said)).toBe('clean')
    }
    expect(seen.parts).toBe(1)
  })

  test('may be interrupted while it waits, and goes on without another upload', async () => {
    const { once, file, seen, links } = await scanning({ afterMs: 60_000 })
    const left = await once(['issue', '--plain', file], interruptAt(3))
    expect(left).toMatchObject({ code: 2, said: '' })
    expect(left.noted.split('\n')).toEqual([
      expect.stringMatching(/^the file was uploaded and remains; to issue a link for it: once issue --key=/),
      'interrupted: no link for "report.pdf" and anything after it; the same command goes on for a day, unless it reads standard input',
    ])
    expect([seen.waits, await links()]).toEqual([[5000, 5000], []])
    const issued = await once(['issue', '--plain', file])
    expect(await opened(issued.said)).toBe('clean')
    expect([seen.parts, new Set(seen.linksAtWaits)]).toEqual([1, new Set([0])])
  })

  test('prints how to go on with standard input, which it can not read again', async () => {
    const { once, pass, seen } = await scanning({ afterMs: 7_200_000 })
    const inputChunks = async function* () {
      yield Buffer.from('clean')
    }
    const late = await once(['issue', '-'], { ...noTerminal, disk: { ...disk, inputChunks } })
    expect(late.noted).toMatch(
      /^file: being checked for malware; Ctrl-C stops waiting, and prints the command that goes on$/m,
    )
    const [, printed = ''] = /to issue a link for it: once (.+)$/m.exec(late.noted) ?? []
    pass(7_200_000)
    expect(await opened((await once([...printed.split(' '), '--plain'])).said)).toBe('clean')
    expect(seen.parts).toBe(1)
  })

  test('waits for an object that exists, and makes no link for one with malware', async () => {
    const { once, bucket, links } = await scanning({})
    writeFileSync(join(bucket, 'bad.txt'), testFile)
    writeFileSync(join(bucket, 'new.txt'), 'new')
    const one = await once(['issue', '--plain', '--key', 'new.txt'])
    expect(one.noted).toMatch(/^new\.txt: being checked for malware; /)
    expect(await opened(one.said)).toBe('new')
    writeFileSync(join(bucket, 'newer.txt'), 'newer')
    utimesSync(join(bucket, 'newer.txt'), Date.now() / 1000 + 60, Date.now() / 1000 + 60)
    const keys = ['report.txt', 'bad.txt', 'newer.txt'].flatMap(key => ['--key', key])
    const several = await once(['issue', '--plain', ...keys])
    expect(several.code).toBe(3)
    const [waited, first, bad, last] = several.noted.split('\n')
    expect(waited).toBe('3 objects: being checked for malware; Ctrl-C stops waiting, and the same command goes on')
    expect(first).toMatch(/^report\.txt: [\w-]{22}, expires/)
    expect(bad).toBe(
      'bad.txt: The check of the object allows no link to it: malware was found in the file (THREATS_FOUND, allowed: NO_THREATS_FOUND of "bad.txt")',
    )
    expect(last).toMatch(/^newer\.txt: [\w-]{22}, expires/)
    expect(await links()).toHaveLength(2)
    expect(await Promise.all(several.said.split('\n').map(opened))).toEqual(['what it says', 'newer'])
  })

  test('of several files makes links for those without malware', async () => {
    const { once, file, folder, links } = await scanning({})
    writeFileSync(join(folder, 'bad.txt'), testFile)
    const issued = await once(['issue', '--plain', join(folder, 'bad.txt'), file])
    expect(issued.code).toBe(3)
    expect(issued.noted).toMatch(/^bad\.txt: The check of the object allows no link to it: malware was found/m)
    expect((await links()).map(({ key }) => key)).toEqual([expect.stringMatching(/\/report\.pdf$/)])
    expect(await opened(issued.said)).toBe('clean')
  })

  test('scans what --zip makes, which may be what the emulator knows no malware in', async () => {
    const { once, file, seen } = await scanning({})
    const issued = await once(['issue', '--plain', '--zip', file])
    expect(issued.noted).toMatch(/^files\.zip: being checked for malware;/)
    expect([issued.code, seen.linksAtWaits]).toEqual([0, [0]])
    const unsupported = await scanning({ result: 'UNSUPPORTED' })
    expect(await unsupported.once(['issue', '--zip', unsupported.file])).toMatchObject({ code: 3, said: '' })
  })
})

describe('where files are scanned, once issue --media', () => {
  function filmIn(folder: string, segment: string) {
    const film = join(folder, 'film')
    mkdirSync(film)
    writeFileSync(join(film, 'index.m3u8'), '#EXTM3U')
    writeFileSync(join(film, 'a 1.ts'), segment)
    return film
  }

  test('waits for all files of the folder', async () => {
    const { once, folder, seen, links } = await scanning({})
    const issued = await once(['issue', '--plain', '--media', filmIn(folder, 'clean')])
    expect(issued.noted).toMatch(/^index\.m3u8: being checked for malware; Ctrl-C stops waiting, and prints/)
    expect([issued.code, seen.linksAtWaits, (await links()).length]).toEqual([0, [0], 1])
  })

  test('names the file with malware', async () => {
    const { once, folder, links } = await scanning({})
    const refused = await once(['issue', '--media', filmIn(folder, testFile)])
    expect(refused).toMatchObject({ code: 3, said: '' })
    expect(refused.noted).toMatch(/^malware was found in the file \(.+ of "[0-9a-f]{32}\/a 1\.ts"\)$/m)
    expect(await links()).toEqual([])
  })

  test('prints how to go on', async () => {
    const { once, folder, pass, links } = await scanning({ afterMs: 7_200_000 })
    const late = await once(['issue', '--media', filmIn(folder, 'clean')])
    const [, printed = ''] = /to issue a link for it: once (.+)$/m.exec(late.noted) ?? []
    pass(7_200_000)
    expect((await once(printed.split(' '))).code).toBe(0)
    expect(await links()).toMatchObject([{ media: 'folder' }] satisfies readonly Partial<LinkView>[])
  })
})

describe('where files are scanned, once issue --to', () => {
  function tableIn(folder: string, count = 2) {
    const table = join(folder, 'people.csv')
    const rows = Array.from({ length: count }, (_, n) => `row ${n}`)
    writeFileSync(table, ['Reference', ...rows, ''].join('\n'))
    return { table, made: join(folder, 'people.links.csv') }
  }

  test('waits once for the file that all rows get', async () => {
    const { once, file, folder, seen, links } = await scanning({})
    const { table, made } = tableIn(folder, 150)
    const issued = await once(['issue', file, '--to', table])
    expect(issued).toMatchObject({ code: 0, said: made })
    expect(issued.noted).toMatch(/^report\.pdf: being checked for malware; .+\n150 of 150 rows have a link, for mail$/)
    expect([seen.linksAtWaits, (await links()).length]).toEqual([[0], 150])
  })

  test('after half an hour, the same command goes on', async () => {
    const { once, file, folder, seen, links, pass } = await scanning({ afterMs: 7_200_000 })
    const { table, made } = tableIn(folder, 150)
    const late = await once(['issue', file, '--to', table])
    expect(late).toMatchObject({ code: 3, said: '', noted: expect.stringMatching(neverEnded) as string })
    expect(late.noted).toContain(`To go on, run the same command again within a day. The links so far are in ${made}`)
    expect(sumOf(seen.waits)).toBeLessThan(1_900_000)
    expect(await links()).toEqual([])
    pass(7_200_000)
    expect(await once(['issue', file, '--to', table])).toMatchObject({ code: 0, said: made })
    expect([seen.parts, (await links()).length]).toEqual([1, 150])
  })

  test('of a file with malware makes no link, and says once how to send another file', async () => {
    const { once, file, folder, links } = await scanning({}, testFile)
    const { table, made } = tableIn(folder)
    const refused = await once(['issue', file, '--to', table])
    expect(refused).toMatchObject({ code: 3, said: '' })
    expect(refused.noted.split('\n')).toEqual([
      waiting,
      `To send another file, move ${made} away first`,
      'The check of the object allows no link to it',
      expect.stringMatching(/^malware was found in the file \(THREATS_FOUND, /),
      expect.stringMatching(/^request /),
    ])
    expect([await links(), existsSync(made)]).toEqual([[], true])
    expect(readFileSync(made, 'utf8')).not.toContain('/d/')
  })
})

test('where files are scanned, once replace waits for the file of its link', async () => {
  const [bucket, data] = [temporaryFolder(), temporaryFolder()]
  const options = { port: 0, regions: ['us-east-1'], bucket, data, log: () => undefined } as const
  writeFileSync(join(bucket, 'new.txt'), 'new')
  const unscanned = await startEmulator(options)
  const { id } = await createClient({ origin: unscanned.api }).issue({ key: 'new.txt' })
  await unscanned.close()
  const emulator = await scanningEmulator({ afterMs: 60_000 }, { bucket, data, regions: ['us-east-1'] })
  const local = () => createClient(emulator.options)
  const replaced = await onceHere(['replace', id, `--local=${emulator.api}`], {
    apis: { ...apis, local },
    ...noTerminal,
  })
  expect(replaced.code).toBe(0)
  expect(replaced.noted).toMatch(new RegExp(`^${id}: being checked for malware; .+\n${id}: replaced by `))
  expect(await opened(replaced.said)).toBe('new')
})
