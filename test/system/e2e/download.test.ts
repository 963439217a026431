import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { emulatorProcess } from '../../support/emulator-process.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt, locationOf } from '../../support/http.ts'

function bucketWith(files: Readonly<Record<string, string | Buffer>>): string {
  const bucket = temporaryFolder()
  for (const [key, content] of Object.entries(files)) {
    mkdirSync(dirname(join(bucket, key)), { recursive: true })
    writeFileSync(join(bucket, key), content)
  }
  return bucket
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Redeems a link, follows its redirect, and hashes the content. */
async function download(link: string): Promise<{ sha256: string; bytes: number }> {
  const url = locationOf(await ask(link), link)
  const hash = createHash('sha256')
  let bytes = 0
  await new Promise((resolve, reject) => {
    get(url, response => {
      response.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        bytes += chunk.length
      })
      response.on('end', resolve).on('error', reject)
    }).on('error', reject)
  })
  return { sha256: hash.digest('hex'), bytes }
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

  test('with 2 GB, streamed, without the file in memory', async () => {
    const size = 2 ** 31
    const bucket = bucketWith({})
    const file = join(bucket, 'big.bin')
    const descriptor = openSync(file, 'w')
    // A sparse file with a marker every 64 MiB, so that a lost, repeated or moved piece changes the hash.
    truncateSync(file, size)
    for (let at = 0; at < size; at += 1 << 26) writeSync(descriptor, `at ${at}`, at)
    closeSync(descriptor)
    const { api, pid } = await emulatorProcess(['--bucket', bucket])
    const { url } = await issueAt(api, { key: 'big.bin' })
    expect(await download(url)).toEqual({ sha256: await hashOfFile(file), bytes: size })
    if (process.platform === 'linux') {
      const [, peakKb = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      expect(Number(peakKb)).toBeLessThan(400_000)
    }
  })
})
