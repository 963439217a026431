import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { OpenVersion } from './object-store.ts'

/** Bytes that have arrived, in a file; their hashes in hexadecimal digits. */
export interface Draft {
  readonly path: string
  readonly bytes: number
  readonly md5: string
  readonly sha256: string
}

/** Writes bytes to a new file in a folder while they arrive; returns undefined if they are more than `most`. Rejects if they break off. */
export async function receive(source: AsyncIterable<Buffer>, most: number, folder: string): Promise<Draft | undefined> {
  const [md5, sha256, path] = [createHash('md5'), createHash('sha256'), join(folder, randomUUID())]
  let bytes = 0
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length
      if (bytes > most) continue // the rest is read and dropped
      md5.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    await pipeline(passing, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    if (bytes <= most) return { path, bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  await rm(path)
  return undefined
}

/** Names the file of a part of `file`, counted from 0. */
export const partOf = (file: string, part: number): string => (part === 0 ? file : `${file}.${part}`)

/** Opens files that are parts of one object, of these sizes in bytes, to read them as one; undefined if the first does not exist. */
export async function openParts(
  file: string,
  sizes: readonly number[],
): Promise<Pick<OpenVersion, 'read' | 'close'> | undefined> {
  let opened = 0
  let handle = await open(file).catch(() => undefined)
  return (
    handle && {
      async read(position, length) {
        let [part, start] = [0, 0]
        for (; position >= start + (sizes[part] ?? Infinity); part += 1) start += sizes[part] ?? 0
        if (part !== opened) {
          await handle?.close()
          ;[opened, handle] = [part, await open(partOf(file, part))]
        }
        const { bytesRead, buffer } = await handle!.read(Buffer.allocUnsafe(length), 0, length, position - start)
        if (bytesRead === 0) throw new Error('the file of this version is incomplete')
        return buffer.subarray(0, bytesRead)
      },
      close: async () => handle?.close(),
    }
  )
}
