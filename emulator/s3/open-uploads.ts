import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { maxObjectBytes } from '../../shared/limits.ts'
import type { VersionId } from '../../shared/object-key.ts'
import type { Draft, WritableBucket } from './writable-bucket.ts'

/** What is written down of an upload when it begins. */
const termsSchema = v.object({
  key: v.string(),
  contentType: v.string(),
  /** Whether each part has a SHA-256, as upload and part must agree on. */
  hasChecksums: v.boolean(),
})
type Terms = v.InferOutput<typeof termsSchema>

/** Uploads in parts that have begun and not ended. */
export interface OpenUploads {
  /** Begins an upload, and returns its id, which can't be guessed. */
  begin(terms: Terms): Promise<string>
  /** Finds an upload of this key; undefined if there is none, or if it has ended. */
  find(id: string, key: string): Promise<OpenUpload | undefined>
}

/** One upload in parts. */
export interface OpenUpload extends Terms {
  /** Lists what has arrived, by number. */
  parts(): Promise<readonly Part[]>
  /** Keeps a part instead of an earlier one with its number. Returns false if the upload has ended. */
  keep(number: number, draft: Draft): Promise<boolean>
  /** Makes these parts one object, and ends the upload unless the key must be new and has an object. */
  complete(
    parts: readonly Part[],
    object: { readonly etag: string; readonly mustBeNew: boolean },
  ): Promise<VersionId | 'exists' | 'ended'>
  /** Ends the upload, and removes its parts. */
  abort(): Promise<void>
}

/** A part that has arrived. */
export interface Part {
  readonly number: number
  readonly bytes: number
  /** In hexadecimal digits. */
  readonly md5: string
  readonly sha256: string
  readonly path: string
}

const termsFile = 'upload.json'

/** Keeps each upload in a folder of its own in `root`, one file for each part, so that they go on after a restart. */
export function openUploads(root: string, bucket: WritableBucket): OpenUploads {
  return {
    async begin(terms) {
      const id = randomBytes(32).toString('base64url')
      await mkdir(join(root, id), { recursive: true, mode: 0o700 })
      await writeFile(join(root, id, termsFile), JSON.stringify(terms), { mode: 0o600 })
      return id
    },
    async find(id, key) {
      if (!/^[\w-]{43}$/.test(id)) return undefined
      const text = await readFile(join(root, id, termsFile), 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      const terms = v.parse(v.pipe(v.string(), v.parseJson(), termsSchema), text)
      return terms.key === key ? openUpload(join(root, id), terms, bucket) : undefined
    },
  }
}

function openUpload(folder: string, terms: Terms, bucket: WritableBucket): OpenUpload {
  const isOpen = () => existsSync(join(folder, termsFile))
  return {
    ...terms,
    parts: () => partsIn(folder),
    keep: (number, { path, bytes, md5, sha256 }) =>
      bucket.inTurn(async () => {
        if (!isOpen()) return false
        const earlier = (await readdir(folder)).find(name => name.startsWith(`${number}.`))
        if (earlier !== undefined) await rm(join(folder, earlier))
        await rename(path, join(folder, [number, bytes, md5, sha256].join('.')))
        return true
      }),
    async complete(parts, version) {
      try {
        return await bucket.receive(bytesOf(parts), maxObjectBytes, draft =>
          bucket.inTurn(async () => {
            if (draft === undefined || !isOpen()) return 'ended'
            const added = await bucket.add(terms.key, draft, { ...terms, ...version })
            if (added === 'exists') return added
            await rm(folder, { recursive: true, force: true })
            return added.versionId
          }),
        )
      } catch (error) {
        if (isOpen()) throw error
        return 'ended' // another request has completed or aborted it, and removed the parts
      }
    },
    abort: () => bucket.inTurn(() => rm(folder, { recursive: true, force: true })),
  }
}

/** Reads what the names of the files say: number, bytes, MD5 and SHA-256. */
async function partsIn(folder: string): Promise<readonly Part[]> {
  const names = (await readdir(folder).catch(() => [])).filter(name => name !== termsFile)
  const parts = names.map(name => {
    const [number, bytes, md5 = '', sha256 = ''] = name.split('.')
    return { number: Number(number), bytes: Number(bytes), md5, sha256, path: join(folder, name) }
  })
  return parts.toSorted((a, b) => a.number - b.number)
}

async function* bytesOf(parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const { path } of parts) yield* createReadStream(path, { highWaterMark: 1_048_576 })
}
