import { access, constants, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Disk, OutputFile } from '../ports/links.ts'

/** The file system and the standard streams of this process. */
export const disk: Disk = {
  async look(path) {
    const found = await unless(stat(path), 'ENOENT')
    if (found === undefined) return undefined
    if (found.isFile()) return { kind: 'file', bytes: found.size }
    return { kind: found.isDirectory() ? 'folder' : 'other' }
  },
  mustBeWritable: folder => access(folder, constants.W_OK | constants.X_OK),
  mustBeReadable: file => access(file, constants.R_OK),
  async create(path) {
    const file = await unless(open(path, 'wx'), 'EEXIST')
    return file && draftIn(file)
  },
  async rename(from, to, { replace }) {
    if (replace) {
      await rename(from, to)
      return true
    }
    // A second name can only be given where there is none, and looking first would leave a moment between.
    try {
      await link(from, to)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (!withoutLinks.has(codeOf(error))) throw error
      if ((await unless(stat(to), 'ENOENT')) !== undefined) return false
      await rename(from, to)
      return true
    }
    await rm(from)
    return true
  },
  remove: path => rm(path, { force: true }),
  standardOutput,
  standardInput: () => text(process.stdin),
}

/** What file systems say that have no second names, as FAT. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function draftIn(file: FileHandle): OutputFile {
  let end = 0
  return {
    async startOver() {
      await file.truncate(0)
      end = 0
    },
    async write(bytes) {
      // A write may take less than it was given.
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, from, bytes.length - from, end)
        from += bytesWritten
        end += bytesWritten
      }
    },
    close: () => file.close(),
  }
}

function standardOutput(): OutputFile {
  // A reader that has gone is told by the write as well; unheard, it would end the process.
  process.stdout.on('error', () => undefined)
  return {
    startOver: undefined,
    write: bytes =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, error => (error instanceof Error ? reject(error) : resolve()))
      }),
    close: async () => undefined,
  }
}

async function unless<T>(answer: Promise<T>, code: string): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (codeOf(error) === code) return undefined
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
