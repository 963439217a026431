import { type Dirent, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseObjectKey } from '../shared/object-key.ts'

/**
 * Returns the key of the bucket's first file, by name, that a link may name; undefined if there is none. Skips hidden
 * files. Films come after other files, folders after both.
 */
export function firstKey(bucket: string, folder = bucket): string | undefined {
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter(entry => (entry.isFile() || entry.isDirectory()) && !entry.name.startsWith('.'))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const key = entry.isDirectory() ? firstKey(bucket, path) : relative(bucket, path).split(sep).join('/')
    if (key !== undefined && parseObjectKey(key) !== undefined) return key
  }
  return undefined
}

function rankOf(entry: Dirent): number {
  if (entry.isDirectory()) return 2
  return /\.(m3u8|mpd|mp4)$/.test(entry.name) ? 1 : 0
}
