import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Creates a folder, and those above it, that only this user may enter. Takes the access of others to an existing one away.
 * Throws if it belongs to another user, who could give it back. On Windows, folders have the access of the one above.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (isOpenToOthers(folder)) chmodSync(folder, 0o700)
}

/** Creates a temporary folder that only this user may enter; `owner` removes it, with all that is in it. */
export function makeTemporaryFolder(owner: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'once-files-'))
  return owner.adopt(folder, () => rm(folder, { recursive: true, force: true }))
}

/**
 * Reads a file that only this user may read; creates it with `content()` if there is none. Throws if it belongs to another
 * user or if others may read or write it: they may know what is in it already, or have written it.
 */
export function readPrivateFile(file: string, content: () => string): string {
  try {
    writeFileSync(file, content(), { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (isOpenToOthers(file)) {
    throw new Error(`other users may read ${file}: remove it, or chmod 600 if you know that they did not`)
  }
  return readFileSync(file, 'utf8')
}

function isOpenToOthers(path: string): boolean {
  const user = process.getuid?.()
  if (user === undefined) return false
  const { uid, mode } = statSync(path)
  if (uid !== user) throw new Error(`${path} belongs to another user; choose another folder`)
  return (mode & 0o077) !== 0
}
