import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants, type FileHandle, open, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { systemClock } from '../../shared/aws/process.ts'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type FoundVersion, type ListedObjects, mediaTypeOf } from './object-store.ts'

/** Longest time for which a file system may give two writes the same time, in milliseconds: a tick of the kernel. */
const tickMs = 20
/** The same for file systems that store whole seconds; FAT stores every second one. */
const coarseTickMs = 2000
/** After so many looks at a file that changes each time, there is no version of it. */
const maxLooks = 10

/** Errors that say that there is no such file, or none that this process may read. */
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'])

/**
 * Shows the files of a folder as objects with one version each. A file that is written to or replaced has another version,
 * and the earlier one is absent. Names that begin with a dot are absent, and what links or dots lead to outside the
 * folder. Files behind a link to a folder are objects that no list has. A program that writes through a memory map can change a file unnoticed.
 */
export function folderObjects(root: string): ListedObjects {
  return {
    async open(key, versionId) {
      const handle = await openInside(root, key)
      if (handle === undefined) return { kind: 'absent' }
      try {
        const version = await versionIn(handle, key)
        if (versionId === undefined || versionId === version.versionId) return version
        await handle.close()
        return { kind: 'absent' }
      } catch (error) {
        await handle.close()
        throw error
      }
    },
    async keys(prefix) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
          throw error
        },
      )
      const files = entries.filter(each => !each.isDirectory()).map(each => join(each.parentPath, each.name))
      const keys = files.map(file => relative(root, file).replaceAll(sep, '/'))
      return keys.filter(key => key.startsWith(prefix) && !isHidden(key.split('/')))
    },
  }
}

async function versionIn(handle: FileHandle, key: string): Promise<Extract<FoundVersion, { kind: 'version' }>> {
  const stats = await settledStats(() => handle.stat({ bigint: true }))
  const versionId = versionOf(stats)
  return {
    kind: 'version',
    versionId,
    size: Number(stats.size),
    etag: `"${createHash('md5').update(versionId).digest('hex')}"`,
    modifiedAt: Number(stats.mtimeNs / 1_000_000n) as EpochMs,
    contentType: mediaTypeOf(key),
    async read(position, length) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
      // The kernel sets the time of a write before it writes, so bytes that were read before an unchanged time are right.
      const now = versionOf(await handle.stat({ bigint: true }))
      if (bytesRead === 0 || now !== versionId) throw new Error('the file changed while it was read')
      return buffer.subarray(0, bytesRead)
    },
    close: () => handle.close(),
  }
}

/**
 * Looks at a file until a later write can't have the same time as the last one: before, one version could have different
 * bytes. Compares with the look before, too, for files whose time is in the future. Rejects if the file keeps changing.
 */
async function settledStats(look: () => Promise<BigIntStats>): Promise<BigIntStats> {
  let before: VersionId | undefined
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const stats = await look()
    const tick = stats.ctimeNs % 1_000_000_000n === 0n ? coarseTickMs : tickMs
    const isOld = systemClock.now() - Number(stats.ctimeNs / 1_000_000n) > tick
    if (isOld || before === versionOf(stats)) return stats
    before = versionOf(stats)
    await systemClock.pause(tick)
  }
  throw new Error('the file changes all the time')
}

function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): VersionId {
  const hash = createHash('sha256').update([dev, ino, size, mtimeNs, ctimeNs].join(' '))
  return hash.digest('base64url').slice(0, 32) as VersionId
}

/** Opens a regular file below `root`, to read it; undefined if there is none that may be served. Waits for no pipe. */
async function openInside(root: string, key: string): Promise<FileHandle | undefined> {
  if (isHidden(key.split('/'))) return undefined
  try {
    const file = await realpath(join(root, key))
    const path = relative(await realpath(root), file)
    if (path === '' || isAbsolute(path) || isHidden(path.split(sep)) || !(await stat(file)).isFile()) return undefined
    return await openUnmoved(file)
  } catch (error) {
    if (absentCodes.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Opens a file by its real path, and checks that no folder on the way has become a link meanwhile. */
async function openUnmoved(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const opened = await handle.stat({ bigint: true })
    // Where the kernel says which file is open, no link can come between.
    const path = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(file))
    const named = await stat(file, { bigint: true })
    if (path === file && opened.isFile() && opened.ino === named.ino && opened.dev === named.dev) return handle
  } catch {
    // The file is gone.
  }
  await handle.close()
  return undefined
}

/** Returns whether a name on the way begins with a dot; `..` does, too. */
function isHidden(names: readonly string[]): boolean {
  return names.some(name => name.startsWith('.'))
}
