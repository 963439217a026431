import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { noon } from '../../support/table/links.ts'

describe('a folder shows nothing', () => {
  test.each<[string, string, (folder: string, outside: string) => void]>([
    ['of a hidden file', '.env', folder => writeFileSync(join(folder, '.env'), 'secret')],
    [
      'in a hidden folder',
      '.git/config',
      folder => {
        mkdirSync(join(folder, '.git'))
        writeFileSync(join(folder, '.git/config'), 'secret')
      },
    ],
    [
      'that a link names otherwise but is hidden',
      'env',
      folder => {
        writeFileSync(join(folder, '.env'), 'secret')
        symlinkSync('.env', join(folder, 'env'))
      },
    ],
    ['outside it through a link', 'out', (folder, outside) => symlinkSync(join(outside, 's'), join(folder, 'out'))],
    ['outside it through a folder', 'o/s', (folder, outside) => symlinkSync(outside, join(folder, 'o'))],
    ['of a folder', 'sub', folder => mkdirSync(join(folder, 'sub'))],
    ['of a link to nothing', 'gone', folder => symlinkSync('nothing', join(folder, 'gone'))],
  ])('%s', async (_, key, prepare) => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(outside, 's'), 'secret')
    prepare(folder, outside)
    expect(await folderObjects(folder).open(key)).toEqual({ kind: 'absent' })
  })

  test('of a file behind a folder that becomes a link while it is opened', async () => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()]
    const [sub, aside] = [join(folder, 'sub'), join(folder, 'aside')]
    writeFileSync(join(outside, 'f'), 'secret')
    mkdirSync(sub)
    writeFileSync(join(sub, 'f'), 'public')
    const store = folderObjects(folder)
    let opened = 0
    for (let round = 0; round < 1000; round += 1) {
      const opening = store.open('sub/f')
      for (let turn = 0; turn < round % 20; turn += 1) await new Promise(setImmediate)
      renameSync(sub, aside)
      symlinkSync(outside, sub)
      const found = await opening
      if (found.kind === 'version') {
        opened += 1
        expect((await found.read(0, 10)).toString()).toBe('public')
        await found.close()
      }
      unlinkSync(sub)
      renameSync(aside, sub)
    }
    expect(opened).toBeGreaterThan(0)
  })
})

test('an upload, a replacement and a delete of a file in the folder leave that file as it is', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'f'), 'from the start')
  const objects = versionedObjects(temporaryFolder(), folderObjects(folder), () => noon)
  const draft = async () => (await objects.receive(Readable.from([Buffer.from('uploaded')]), Infinity))!
  const object = { etag: '"e"', contentType: 'text/plain' }
  expect(await objects.put('f', [await draft()], { ...object, mustBeNew: true })).toBeUndefined()
  expect(await objects.put('f', [await draft()], { ...object, mustBeNew: false })).toBeDefined()
  await objects.addDeleteMarker('f')
  expect((await objects.open('f')).kind).toBe('delete-marker')
  expect(readdirSync(folder)).toEqual(['f'])
  expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('from the start')
})
