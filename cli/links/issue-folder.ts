import type { NewLink } from '../../client/client.ts'
import { mediaOf } from '../../shared/options/media.ts'
import { UsageError } from '../command.ts'
import type { CliPorts } from '../ports/ports.ts'
import {
  contentOf,
  entriesIn,
  type IssueItem,
  itemsOf,
  type ItemToUpload,
  type Names,
  ownFolder,
  parseKey,
} from './issue-items.ts'

/**
 * Returns what to issue links for: files and folders as one zip, a folder as a film, or each file or key alone. Throws a `UsageError` if
 * one can't be used, so that nothing is uploaded before all are checked.
 */
export async function itemsIn(
  operands: readonly string[],
  names: Names & { readonly zip: boolean; readonly media: NewLink['media'] },
  ports: CliPorts,
): Promise<readonly IssueItem[]> {
  const { zip, media = false, key: keys = [], afterPassphrase } = names
  if (afterPassphrase !== undefined && (await ports.disk.stat(afterPassphrase)) === undefined) {
    throw new UsageError(
      '--passphrase: got a word after it that is no file, allowed: --passphrase=TEXT, or alone to have one made',
    )
  }
  const [only = ''] = operands
  const isFilm = media !== false && media !== 'object' && operands.length === 1
  const isFolder = operands.length === 1 && (await ports.disk.stat(only))?.kind === 'folder'
  if (!zip && !(isFilm && isFolder)) return itemsOf(operands, names, ports)
  if (operands.length === 0 || keys.length > 1 || (zip && media !== false)) {
    throw new UsageError(
      '--zip, or a folder with --media: allowed with FILE, at most one --key, and not with one another',
    )
  }
  // Loaded here, because most commands make no zip.
  return [
    zip ? await (await import('./issue-zip.ts')).zipItem(operands, names, ports) : await filmItem(only, keys[0], ports),
  ]
}

/** Returns the playlist at the top of a folder, or the one that the key names, and beside it everything else, under the same paths. */
async function filmItem(folder: string, key = '', ports: CliPorts): Promise<IssueItem> {
  const base = key === '' ? ownFolder(ports) : key.slice(0, key.lastIndexOf('/') + 1)
  // Otherwise files would be blamed for the key that was given.
  parseKey(`${base}x`)
  const files = (await entriesIn(folder, ports)).filter(({ kind }) => kind === 'file')
  const items = files.map((entry): ItemToUpload => ({
    key: parseKey(`${base}${entry.name}`, entry.path),
    file: {
      path: entry.path,
      content: contentOf(entry, ports.disk),
      bytes: entry.bytes,
      ...(key !== '' && { modifiedAt: entry.modifiedAt }),
      drawsKey: false,
    },
  }))
  const isTop = (item: IssueItem) =>
    !item.key.slice(base.length).includes('/') && mediaOf({ media: true, ...item }) === 'folder'
  const tops = items.filter(item => isTop(item) && (key.endsWith('/') || key === '' || key === item.key))
  const [playlist] = tops
  if (playlist !== undefined && tops.length === 1) {
    return { key: playlist.key, file: { ...playlist.file, beside: items.filter(item => item !== playlist) } }
  }
  const got = `${tops.length} playlists at its top`
  throw new UsageError(
    `FILE: got ${JSON.stringify(folder)} with ${got}, allowed: one .m3u8 or .mpd, or --key FOLDER/NAME that names one`,
  )
}
