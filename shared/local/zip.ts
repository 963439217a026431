import { filenameRule, parseFilename } from '../object-key.ts'

/** What goes into a zip: a file or an empty folder, by its path in the zip, with slashes. */
export interface ZipEntry {
  readonly kind: string
  readonly name: string
  /** Size of a file. */
  readonly bytes: number
  readonly modifiedAt: number
}

/** Most names: one more takes a field that the library has for 4 GiB and more only (PKWARE, APPNOTE.TXT, 4.4.1.4). */
const maxNames = 65_534

/** The first time that a zip can say (PKWARE, APPNOTE.TXT, 4.4.6), and a day for time zones. */
const firstTime = Date.UTC(1980, 0, 2)

/** Names that Windows keeps for devices, with any extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
export const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** Returns a path as Windows can have it, with `_` for characters that it can't (Microsoft, "Naming Files, Paths, and Namespaces"). */
const nameInZip = (name: string) => name.replace(/[<>:"|?*\\]/g, '_')

/** As systems compare names that ignore case, or compose accents. */
const folded = (name: string) => nameInZip(name).normalize('NFC').toLowerCase()

/** Returns the entries in the order of the zip: the same files make the same bytes. */
export function inZipOrder<E extends ZipEntry>(entries: readonly E[]): readonly E[] {
  return entries.toSorted((a, b) => (folded(a.name) < folded(b.name) ? -1 : 1))
}

/** What is wrong with the entries of a zip. */
export interface WrongEntries {
  /** The first wrong entry; undefined if it is their number. */
  readonly name: string | undefined
  readonly got: string
  readonly allowed: string
}

/**
 * Returns why entries, in their order, can't be a zip: a name would leave the folder, or be another one on the recipient's system.
 * Undefined if they can.
 */
export function wrongEntries(entries: readonly ZipEntry[]): WrongEntries | undefined {
  if (entries.length === 0 || entries.length > maxNames)
    return { name: undefined, got: `${entries.length} files`, allowed: `1 to ${maxNames}` }
  const taken = new Map<string, string>()
  for (const { name } of entries) {
    const parts = name.split('/')
    const paths = parts.map((_, index) => folded(parts.slice(0, index + 1).join('/')))
    const [other] = paths.flatMap(path => taken.get(path) ?? [])
    taken.set(folded(name), name)
    if (other !== undefined)
      return { name, got: `whose name ${JSON.stringify(other)} has, too, on some systems`, allowed: nameRule }
    if (!parts.every(isSafe)) return { name, got: 'an unsafe name', allowed: nameRule }
  }
  return undefined
}

const nameRule = `names of their own, also with _ for < > : " | ? * \\, ${filenameRule}, which Windows can have, too: no dot or space at the end, no device such as CON`

/** U+FFFD stands for bytes that are no UTF-8: no file has that name. */
function isSafe(name: string): boolean {
  const safe = parseFilename(nameInZip(name))
  return safe !== undefined && !/\ufffd|[. ]$/.test(safe) && !deviceName.test(safe)
}

/** Returns what `client-zip` takes of an entry, beside the content of a file; its name has `_` for characters that Windows can't have. */
export function zipMetadataOf({ kind, name: path, bytes, modifiedAt }: ZipEntry) {
  const name = nameInZip(path)
  const lastModified = new Date(Math.max(modifiedAt, firstTime))
  return kind === 'file' ? { name, lastModified, size: bytes } : { name: `${name}/`, lastModified }
}
