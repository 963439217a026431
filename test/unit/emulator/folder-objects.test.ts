import type { BigIntStats } from 'node:fs'
import {
  chmodSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderObjects, settledStats } from '../../../emulator/s3/folder-objects.ts'
import { folderOrigin, s3Origin } from '../../../emulator/s3/origin.ts'
import { manualClock } from '../../support/clock.ts'
import { getFrom } from '../../support/emulator/origin.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { noon } from '../../support/links.ts'

/** A folder with the file `f`, a function that returns the version of `f`, and the folder's origin. */
function folderWith(content: string) {
  const folder = temporaryFolder()
  const file = join(folder, 'f')
  writeFileSync(file, content)
  const origin = folderOrigin(folder)
  const versionId = async () => String((await getFrom(origin, '/f', { method: 'HEAD' })).headers['x-amz-version-id'])
  return { folder, file, origin, versionId }
}

describe('a file of a folder', () => {
  test('has a version, which stays the same as long as the file does', async () => {
    const { origin, versionId } = folderWith('one')
    const first = await versionId()
    expect(first).toMatch(/^[\w-]{32}$/)
    expect(await versionId()).toBe(first)
    expect(await getFrom(origin, `/f?versionId=${first}`)).toMatchObject({ status: 200, body: 'one' })
  })

  test.each<[string, (file: string) => void]>([
    ['written again, with its old time restored', file => (writeFileSync(file, 'two'), utimesSync(file, 1, 1))],
    ['replaced by another file', file => (writeFileSync(`${file}2`, 'two'), renameSync(`${file}2`, file))],
    ['cut off', file => truncateSync(file, 1)],
    ['given other permissions', file => chmodSync(file, 0o600)],
  ])('that was %s has another version, and its old one is gone', async (_, change) => {
    const { file, origin, versionId } = folderWith('one')
    utimesSync(file, 1, 1)
    const old = await versionId()
    change(file)
    const now = await versionId()
    expect(now).not.toBe(old)
    expect(await getFrom(origin, `/f?versionId=${old}`, { mayList: true })).toMatchObject({
      status: 404,
      code: 'NoSuchVersion',
    })
    expect((await getFrom(origin, `/f?versionId=${now}`)).status).toBe(200)
  })

  test.each([
    ['a tick of the kernel', 5n, 20],
    ['two seconds on file systems without fractions', 0n, 2000],
  ])('has no version until a later write has another time: %s', async (_, fraction, tick) => {
    const clock = manualClock()
    const stats = { dev: 1n, ino: 1n, size: 1n, mtimeNs: 1n, ctimeNs: BigInt(noon) * 1_000_000n + fraction }
    const looks: number[] = []
    const look = async () => (looks.push(clock.now() - noon), stats as BigIntStats)
    await settledStats(look, clock)
    expect(looks).toEqual([0, tick])
    clock.advance(tick)
    await settledStats(look, clock)
    expect(looks).toEqual([0, tick, 2 * tick])
  })

  test('whose time is in the future has a version when it was the same for a tick', async () => {
    const clock = manualClock()
    const looks: bigint[] = []
    const stats = { dev: 1n, ino: 1n, size: 1n, mtimeNs: 1n }
    async function look(): Promise<BigIntStats> {
      const ctimeNs = BigInt(noon + 3_600_000 + Math.min(looks.length, 3)) * 1_000_000n + 5n
      looks.push(ctimeNs)
      return { ...stats, ctimeNs } as BigIntStats
    }
    const settled = await settledStats(look, clock)
    expect(looks).toHaveLength(5)
    expect(settled.ctimeNs).toBe(looks.at(-2))
  })

  test.each<[string, (file: string) => void]>([
    ['written to', file => writeFileSync(file, 'x'.repeat(1_000_000))],
    ['replaced', file => (writeFileSync(`${file}2`, 'y'), renameSync(`${file}2`, file))],
    ['cut off', file => truncateSync(file, 70_000)],
  ])('breaks off if it is %s while it is sent', async (_, change) => {
    const { file, origin } = folderWith('a'.repeat(1_000_000))
    const { body } = await origin({ method: 'GET', target: '/f', headers: {} })
    let received = ''
    const reading = (async () => {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (received === '') change(file)
        received += chunk.toString()
      }
    })()
    await expect(reading).rejects.toThrow('the file changed while it was read')
    expect(received).toMatch(/^a+$/)
  })

  test('that changes all the time has no version, so S3 asks to try again', async () => {
    const clock = manualClock()
    let size = 0n
    const times = { dev: 1n, ino: 1n, mtimeNs: 1n, ctimeNs: BigInt(noon + 3_600_000) * 1_000_000n + 5n }
    const open = () => settledStats(async () => ({ ...times, size: (size += 1n) }) as BigIntStats, clock)
    await expect(open()).rejects.toThrow('the file changes all the time')
    const origin = s3Origin({ open: async () => ({ ...(await open()), kind: 'absent' as const }) })
    expect(await getFrom(origin, '/f')).toMatchObject({ status: 503, code: 'SlowDown' })
  })
})

describe('a folder shows nothing', () => {
  test.each<[string, string, (folder: string, outside: string) => void]>([
    ['of a hidden file', '/.env', folder => writeFileSync(join(folder, '.env'), 'secret')],
    [
      'in a hidden folder',
      '/.git/config',
      folder => {
        mkdirSync(join(folder, '.git'))
        writeFileSync(join(folder, '.git/config'), 'secret')
      },
    ],
    ['of a hidden file, encoded', '/%2Eenv', folder => writeFileSync(join(folder, '.env'), 'secret')],
    [
      'that a link names otherwise but is hidden',
      '/env',
      folder => {
        writeFileSync(join(folder, '.env'), 'secret')
        symlinkSync('.env', join(folder, 'env'))
      },
    ],
    ['outside it through a link', '/out', (folder, outside) => symlinkSync(join(outside, 's'), join(folder, 'out'))],
    ['outside it through a folder', '/o/s', (folder, outside) => symlinkSync(outside, join(folder, 'o'))],
    ['of a folder', '/sub', folder => mkdirSync(join(folder, 'sub'))],
    ['of a link to nothing', '/gone', folder => symlinkSync('nothing', join(folder, 'gone'))],
  ])('%s', async (_, path, prepare) => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(outside, 's'), 'secret')
    prepare(folder, outside)
    const origin = folderOrigin(folder)
    expect(await getFrom(origin, path, { mayList: true })).toMatchObject({ status: 404, code: 'NoSuchKey' })
  })

  test('but what a link inside it names', async () => {
    const { folder, origin } = folderWith('one')
    symlinkSync('f', join(folder, 'g'))
    expect(await getFrom(origin, '/g')).toMatchObject({ status: 200, body: 'one' })
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
