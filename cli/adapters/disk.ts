import { createReadStream } from 'node:fs'
import { access, constants, type FileHandle, link, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { EpochMs } from '../../shared/time.ts'
import type { Disk, FolderEntry, OutputFile } from '../ports/links.ts'
import { randomBytes } from 'node:crypto'

/** Longest standard input, in bytes: it has a link. */
const maxInputBytes = 64 * 1024

/** Bytes that are read at a time. */
const chunkBytes = 256 * 1024

/** The file system and the standard streams of this process. */
export const disk: Disk = {
  async stat(path) {
    const found = await unless(stat(path), 'ENOENT')
    if (found === undefined) return undefined
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
    return { kind, bytes: found.size, modifiedAt: Math.floor(found.mtimeMs) as EpochMs }
  },
  async entries(folder) {
    const root = await realpath(folder)
    const found = await readdir(root, { withFileTypes: true, recursive: true })
    const parents = new Set(found.map(({ parentPath }) => parentPath))
    const entries: FolderEntry[] = []
    for (const entry of found) {
      const path = join(entry.parentPath, entry.name)
      if (parents.has(path)) continue
      const real = entry.isSymbolicLink() ? ((await unless(realpath(path), 'ENOENT')) ?? '') : path
      const info = (await disk.stat(path)) ?? { kind: 'other', bytes: 0, modifiedAt: 0 as EpochMs }
      const isOther = !real.startsWith(join(root, sep)) || (real !== path && info.kind === 'folder')
      const name = relative(root, path).replaceAll(sep, '/')
      entries.push({ ...info, ...(isOther && { kind: 'other' }), path, name })
    }
    return entries
  },
  // Each of many small files would keep a whole buffer, by default 64 KiB, until memory is collected.
  read: file => createReadStream(file, { highWaterMark: 32 * 1024 }),
  async *chunks(file) {
    const handle = await open(file)
    const chunk = new Uint8Array(chunkBytes)
    try {
      for (;;) {
        const { bytesRead } = await handle.read(chunk)
        if (bytesRead === 0) return
        yield chunk.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  },
  names: async folder => readdir(folder),
  mustBeWritable: folder => access(folder, constants.W_OK | constants.X_OK),
  mustBeReadable: file => access(file, constants.R_OK),
  async create(path) {
    const file = await unless(open(path, 'wx'), 'EEXIST')
    return file && outputFileOf(file)
  },
  async reopen(path) {
    const file = await unless(openOwn(path, constants.O_RDWR), 'ENOENT')
    if (file === undefined) return undefined
    const { size } = await file.stat()
    return { output: outputFileOf(file, size), bytes: size }
  },
  readPrivate: (path, maxBytes = maxTextBytes) => unless(ownText(path, maxBytes), 'ENOENT'),
  async writePrivate(path, text, options) {
    const draft = await writeDraft(path, text)
    try {
      return await disk.rename(draft, path, options)
    } finally {
      await rm(draft, { force: true })
    }
  },
  async rename(from, to, { replace }) {
    if (replace) {
      await rename(from, to)
      return true
    }
    // `link` fails if the name exists. Checking before a rename would leave a moment in between.
    try {
      await link(from, to)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (!linksUnsupported.has(codeOf(error))) throw error
      if ((await unless(stat(to), 'ENOENT')) !== undefined) return false
      await rename(from, to)
      return true
    }
    await rm(from)
    return true
  },
  remove: path => rm(path, { force: true }),
  standardOutput,
  inputChunks: () => process.stdin,
  standardInput: async () => (await readAtMost(maxInputBytes, process.stdin)).toString(),
}

/** Error codes of file systems without hard links, such as FAT. */
const linksUnsupported: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function outputFileOf(file: FileHandle, start = 0): OutputFile {
  let end = start
  return {
    async startOver() {
      await file.truncate(0)
      end = 0
    },
    async write(bytes) {
      // One call may write fewer bytes than it gets.
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
  // If the reader has gone, the write rejects too. Without this listener, the event would end the process.
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

async function unless<T>(result: Promise<T>, code: string): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (codeOf(error) === code) return undefined
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Longest file that is read as text, in bytes. */
const maxTextBytes = 64 * 1024

/**
 * Opens a regular file of this user. Rejects if it is a symbolic link or another user's: in a folder for all users, such as
 * /tmp, others can put files in the way.
 */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  // Without O_NONBLOCK, a pipe would block.
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new Error('it is not a file')
    // Windows has no numbers of users.
    if (stats.uid !== (process.getuid?.() ?? stats.uid)) throw new Error('it belongs to another user')
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads a file that only this user may read. Rejects as `openOwn` does, and if others may read or write it. */
async function ownText(path: string, maxBytes: number): Promise<string> {
  const file = await openOwn(path, constants.O_RDONLY)
  try {
    const { mode } = await file.stat()
    // Windows has no such modes.
    if (process.getuid !== undefined && (mode & 0o077) !== 0) throw new Error('other users may read or write it')
    return (await readAtMost(maxBytes, file.createReadStream({ autoClose: false }))).toString()
  } finally {
    await file.close()
  }
}

/** Writes text to a new file beside `path` that only this user may read, and to the disk; returns its path. */
async function writeDraft(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    return draft
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Reads a source to its end. Rejects as soon as it has more than `maxBytes` bytes, and ends the source. */
async function readAtMost(maxBytes: number, source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  // Copied, because each of many small chunks would keep the whole buffer that it came in.
  const bytes = Buffer.alloc(maxBytes)
  let length = 0
  for await (const chunk of source) {
    if (length + chunk.length > maxBytes) throw new Error(`got more than ${maxBytes} bytes`)
    bytes.set(chunk, length)
    length += chunk.length
  }
  return bytes.subarray(0, length)
}
