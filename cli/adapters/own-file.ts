import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, open, rm } from 'node:fs/promises'
import { readAtMost } from './bounded.ts'

/** Longest file that is read as text, in bytes. */
const maxTextBytes = 64 * 1024

/**
 * Opens a regular file of this user. Rejects if it is a symbolic link or another user's: in a folder for all users, such as
 * /tmp, others can put files in the way.
 */
export async function openOwn(path: string, flags: number): Promise<FileHandle> {
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
export async function ownText(path: string): Promise<string> {
  const file = await openOwn(path, constants.O_RDONLY)
  try {
    const { mode } = await file.stat()
    // Windows has no such modes.
    if (process.getuid !== undefined && (mode & 0o077) !== 0) throw new Error('other users may read or write it')
    return (await readAtMost(maxTextBytes, file.createReadStream({ autoClose: false }))).toString()
  } finally {
    await file.close()
  }
}

/** Writes text to a new file beside `path` that only this user may read, and to the disk; returns its path. */
export async function writeDraft(path: string, text: string): Promise<string> {
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
