import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disk } from '../../../cli/adapters/disk.ts'
import { emulator } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'

/** Writes files, and folders, whose names end in a slash, into a new folder. */
function filesOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, content)
    utimesSync(path, 1_700_000_000, 1_700_000_000)
  }
  return folder
}

/** What Python's own module finds in a zip: names, contents in hexadecimal, times, methods; it checks each CRC. */
const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, z.read(i).hex(), i.date_time[0], i.compress_type] for i in z.infolist()]))
`

describe('once issue --zip', () => {
  test.skipIf(missingPython)(
    'makes one zip of files and folders, which others read, twice the same bytes',
    async () => {
      const { once, folder } = await emulator()
      const source = filesOf({
        'b/Röntgen 日本 😀.txt': 'ü',
        'b/empty.txt': '',
        'b/nothing/': '',
        'b/sub/1 < 2 > 0: "why?" | *\\.txt': 'asked',
        'b/sub/z.bin': Buffer.alloc(300_000, 7),
        'a.txt': 'first',
        'old.txt': 'of 1970',
      })
      utimesSync(join(source, 'old.txt'), 0, 0)
      symlinkSync('empty.txt', join(source, 'b/inside.txt'))
      symlinkSync(join(source, 'a.txt'), join(source, 'b/outside.txt'))
      symlinkSync('.', join(source, 'b/circle'))
      const operands = ['old.txt', 'b/', 'a.txt'].map(name => join(source, name))
      const made: Buffer[] = []
      for (const file of ['one.zip', 'two.zip']) {
        const issued = await once('issue', '--zip', ...operands, '--plain')
        expect(issued).toMatchObject({
          code: 0,
          noted: expect.stringMatching(/^[^]*[0-9a-f]{32}\/files\.zip: /) as string,
        })
        expect(issued.noted.match(/left out/g)).toHaveLength(2)
        expect(issued.metered.at(-2)).toContain('100 %')
        expect(await onceHere(['redeem', issued.said, '-o', join(folder, file)])).toMatchObject({ code: 0 })
        made.push(readFileSync(join(folder, file)))
      }
      expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true)
      const stored = 0
      expect(JSON.parse(runPython(['-c', script, join(folder, 'one.zip')], 60))).toEqual([
        ['a.txt', Buffer.from('first').toString('hex'), 2023, stored],
        ['b/empty.txt', '', 2023, stored],
        ['b/inside.txt', '', 2023, stored],
        ['b/nothing/', '', 2023, stored],
        ['b/Röntgen 日本 😀.txt', Buffer.from('ü').toString('hex'), 2023, stored],
        ['b/sub/1 _ 2 _ 0_ _why__ _ __.txt', Buffer.from('asked').toString('hex'), 2023, stored],
        ['b/sub/z.bin', '07'.repeat(300_000), 2023, stored],
        ['old.txt', Buffer.from('of 1970').toString('hex'), 1980, stored],
      ])
      const { error, status, stdout } = spawnSync('unzip', ['-t', join(folder, 'one.zip')], { encoding: 'utf8' })
      if (error === undefined) expect({ status, stdout }).toMatchObject({ status: 0 })
    },
  )

  test('its name is that of the only folder, or --filename; --to gives each row a link to it', async () => {
    const { once } = await emulator()
    const source = filesOf({ 'film/a.txt': 'a', 'people.csv': 'reference\nAnn\nBob\n' })
    expect((await once('issue', '--zip', join(source, 'film'))).noted).toMatch(/^[0-9a-f]{32}\/film\.zip: /)
    expect((await once('issue', '--zip', join(source, 'film'), '--filename', 'x.zip')).noted).toContain('/x.zip: ')
    expect(await once('issue', '--zip', join(source, 'film'), '--to', join(source, 'people.csv'))).toMatchObject({
      code: 0,
      noted: '2 of 2 rows have a link, for mail',
    })
  })

  test.each([
    [{ 'b/a\nb': '' }, 'an unsafe name, allowed in a zip: names'],
    [{ 'b/COM1.txt': '' }, 'no device such as CON'],
    [{ 'b/a?': '', 'b/a:': '' }, '/b/a?", whose name "b/a:" has, too, on some systems'],
    [{ 'b/dot.': '' }, 'no dot or space at the end'],
    [{ 'b/A.txt': '', 'b/a.txt': '' }, 'has, too, on some systems'],
    [{ 'b/\u00e9': '', 'b/e\u0301': '' }, 'has, too, on some systems'],
  ])('%j: no zip, because a name is unsafe', async (files, why) => {
    const { once } = await emulator()
    const outcome = await once('issue', '--zip', join(filesOf(files), 'b'))
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(why) as string })
    expect(await once('list')).toMatchObject({ noted: 'no links' })
  })

  test('a file that is also a folder, of another operand, is refused', async () => {
    const { once } = await emulator()
    const source = filesOf({ 'x/b': 'file', 'b/c': 'in a folder' })
    const outcome = await once('issue', '--zip', join(source, 'x/b'), join(source, 'b'))
    expect(outcome).toMatchObject({
      code: 2,
      noted: expect.stringContaining('whose name "b" has, too') as string,
    })
  })

  test('a file that changes during the upload leaves no link', async () => {
    const { api, once } = await emulator()
    const source = filesOf({ 'b/a.txt': 'before' })
    const read = (path: string) => {
      writeFileSync(path, 'longer than before')
      return disk.read(path)
    }
    const outcome = await onceHere(['issue', '--zip', join(source, 'b'), `--local=${api}`], { disk: { ...disk, read } })
    expect(outcome).toMatchObject({ code: 2, noted: expect.stringContaining('changed while it was read') as string })
    expect(await once('list')).toMatchObject({ noted: 'no links' })
  })

  test('a word after --passphrase, which may be one, is not repeated; --media is refused with it', async () => {
    const secret = await onceHere(['issue', '--zip', 'a.txt', '--passphrase', 'between-us'])
    expect(secret).toMatchObject({ code: 2, noted: expect.stringMatching(/^--passphrase: got a word/) as string })
    expect(secret.noted).not.toContain('between-us')
    const outcome = await onceHere(['issue', '--zip', '--media', 'b'])
    expect(outcome).toMatchObject({ code: 2, noted: expect.stringContaining('and not with one another') as string })
  })
})
