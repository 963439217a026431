import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt, locationOf } from '../../support/machine/http.ts'

function bucketWith(files: Readonly<Record<string, string | Buffer>>): string {
  const bucket = temporaryFolder()
  for (const [key, content] of Object.entries(files)) {
    mkdirSync(dirname(join(bucket, key)), { recursive: true })
    writeFileSync(join(bucket, key), content)
  }
  return bucket
}

/** Redeems a link, gets the bytes from `first` to `last`, and returns their number, or where they differ from the file. */
async function download(
  link: string,
  file: string,
  [first, last]: readonly [number, number],
): Promise<number | string> {
  const url = locationOf(await ask(link), link)
  const descriptor = openSync(file, 'r')
  onTestFinished(() => closeSync(descriptor))
  const getting = get(url, { headers: { range: `bytes=${first}-${last}` } })
  const [response] = (await once(getting, 'response')) as [IncomingMessage]
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const expected = Buffer.alloc(chunk.length)
    readSync(descriptor, expected, { position: first + bytes })
    if (!chunk.equals(expected)) return `differs after ${bytes} bytes`
    bytes += chunk.length
  }
  return bytes
}

describe('a file is downloaded unchanged', () => {
  const keys = [
    'plain.txt',
    'with space.txt',
    'a+b.txt',
    '100%.pdf',
    '100%25.pdf',
    'a&b=c;d.txt',
    'a#b.txt',
    `it's "quoted" (here)!.txt`,
    'folder/😀/日本語.txt',
    'C:/a|b<c>$d@e,f^g`{h}[i]~.txt',
    'a../b..',
  ]

  test('with any key', async () => {
    const bucket = bucketWith(Object.fromEntries(keys.map(key => [key, `content of ${key}`])))
    const { api } = await emulatorHere({ bucket })
    for (const key of keys) {
      const { url } = await issueAt(api, { key })
      const redirect = await ask(url)
      expect(redirect.status, key).toBe(302)
      expect(await ask(locationOf(redirect, url))).toMatchObject({ status: 200, body: `content of ${key}` })
      expect((await ask(url)).status).toBe(403)
    }
  })

  test('half a GB in the middle of 4 GB, streamed, without it in memory', async () => {
    const [size, first, bytes] = [2 ** 32, 2 ** 31 - 2 ** 28, 2 ** 29]
    const bucket = bucketWith({})
    const file = join(bucket, 'big.bin')
    const descriptor = openSync(file, 'w')
    // A sparse file with a marker every 64 MiB, so that a lost, repeated or moved piece is noticed.
    truncateSync(file, size)
    for (let at = 0; at < size; at += 1 << 26) writeSync(descriptor, `at ${at}`, at)
    closeSync(descriptor)
    const { api, pid } = await emulatorProcess(['--bucket', bucket])
    const { url } = await issueAt(api, { key: 'big.bin' })
    expect(await download(url, file, [first, first + bytes - 1])).toBe(bytes)
    if (process.platform === 'linux') {
      const [, peakKb = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      expect(Number(peakKb)).toBeLessThan(400_000)
    }
  })
})
