import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { expect, onTestFinished, test } from 'vitest'
import { whenEnded } from '../../../tools/bench/child.ts'
import { memoryHook } from '../../support/cli/memory-hook.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { issueAt } from '../../support/machine/http.ts'
import { movingProxy, type Passage } from '../../support/content/moving-proxy.ts'

/** Size of the file, in bytes. `REDEEM_BYTES=5e9` is what the issue promises; it takes a minute or two and as much disk. */
const size = Number(process.env['REDEEM_BYTES'] ?? 200e6)

/** Makes a file with random blocks in it; between them it takes no place on the disk. */
function sparseFile(path: string): void {
  const file = openSync(path, 'wx')
  ftruncateSync(file, size)
  for (let block = 0; block <= 20; block += 1)
    writeSync(file, randomBytes(1000), 0, 1000, Math.floor((size - 1000) * (block / 20)))
  closeSync(file)
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

function start(url: string, folder: string) {
  const env = { ...process.env, NODE_OPTIONS: `--import="${memoryHook}"` }
  const launcher = join(import.meta.dirname, '../../../cli/once')
  const child: ChildProcess = spawn(launcher, ['redeem', url, '-o', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    child,
    ended: whenEnded(child, 'once'),
    exited: once(child, 'exit'),
    noted: child.stderr ? text(child.stderr) : '',
  }
}

test('a large file arrives, byte for byte, over three cuts, two changes of address and a kill', async () => {
  const [bucket, folder] = [temporaryFolder(), temporaryFolder()]
  sparseFile(join(bucket, 'large.bin'))
  const { api, edges } = await emulatorHere({ bucket })
  const edge = edges['us-east-1'] ?? ''
  const { url } = await issueAt(api, { key: 'large.bin', bind: 'client', urlSeconds: 3600 })
  const passages: Passage[] = [
    {},
    { bytes: size * 0.2 },
    { bytes: size * 0.2, from: '127.0.0.2' },
    { bytes: size * 0.3, from: '127.0.0.2', fallsSilent: true }, // the kill
    { bytes: size * 0.1, from: '127.0.0.3' },
  ]
  const proxy = await movingProxy(edge, { passageOf: () => passages.shift() ?? { from: '127.0.0.3' } })
  const link = url.replace(edge, proxy.origin)

  const first = start(link, folder)
  const part = join(folder, 'large.bin.part')
  while (!existsSync(part) || statSync(part).size < size * 0.5) await Promise.race([pause(5), first.ended])
  first.child.kill('SIGKILL')
  await first.exited
  expect(readdirSync(folder)).toEqual(['large.bin.part', expect.stringMatching(/^once-.{22}\.resume$/)])

  const second = start(link, folder)
  expect(await second.exited).toEqual([0, null])
  const [, noted, kibibytes] = /^([^]*)rss (\d+)\n$/.exec(await second.noted) ?? []
  expect(noted).toMatch(new RegExp(`^Going on at [0-9.]+ [MG]B\\.\\n${size} bytes\\n$`))
  expect((Number(kibibytes) * 1024) / 1e6).toBeLessThan(150)
  expect(readdirSync(folder)).toEqual(['large.bin'])
  const [sent, saved] = await Promise.all([digestOf(join(bucket, 'large.bin')), digestOf(join(folder, 'large.bin'))])
  expect(saved).toBe(sent)
  expect(proxy.passed.map(({ path }) => path.slice(0, 3))).toEqual(['/d/', ...Array(5).fill('/la')])
}, 600_000)
