import { join } from 'node:path'
import { UsageError } from './command.ts'
import type { Disk, Draft } from './link-ports.ts'

/** What the name of a file that isn't whole yet ends in. */
const partSuffix = '.part'

/** Longest name of a file that is made up here, in bytes: file systems take 255, and `.part` and a number come to it. */
const maxNameBytes = 240

/** Most names that are tried when those before are taken. */
const mostNames = 100

/** Where a download goes. */
export interface Target {
  readonly draft: Draft
  /** The file it becomes; undefined for standard output. */
  readonly file: string | undefined
}

/** Where a download is to go, as far as that is known before the link is used. */
export type Place =
  | { readonly kind: 'ready'; readonly target: Target }
  /** The name is known when the link is. */
  | { readonly kind: 'folder'; readonly folder: string }

/** How a command line says where a download goes. */
export interface Output {
  /** `-` for standard output, a file, or a folder. @default this folder */
  readonly output: string | undefined
  readonly force: boolean
}

/**
 * Looks whether a download can go where it should, so that no link is used in vain: makes the file for its first bytes where
 * the name is known. Throws a `UsageError` when something is in the way.
 */
export async function placeFor({ output = '.', force }: Output, disk: Disk): Promise<Place> {
  if (output === '-') return { kind: 'ready', target: { draft: disk.standardOutput(), file: undefined } }
  const found = await disk.look(output)
  if (found?.kind === 'folder') {
    await disk.mustBeWritable(output)
    return { kind: 'folder', folder: output }
  }
  if (found !== undefined && !force) throw inTheWay(output)
  const draft = await disk.create(`${output}${partSuffix}`, { replace: force })
  if (draft === undefined) throw inTheWay(`${output}${partSuffix}`)
  return { kind: 'ready', target: { draft, file: output } }
}

/** Finds a name in a folder: the one wanted, or with a number when there is such a file and it may not be replaced. */
export async function targetIn(
  folder: string,
  wanted: string,
  { disk, force }: { readonly disk: Disk; readonly force: boolean },
): Promise<Target> {
  for (let number = 1; number <= mostNames; number += 1) {
    const file = join(folder, numbered(wanted, number))
    if (!force && (await disk.look(file)) !== undefined) continue
    const draft = await disk.create(`${file}${partSuffix}`, { replace: force })
    if (draft !== undefined) return { draft, file }
  }
  throw new Error(`there are ${mostNames} files called like ${JSON.stringify(wanted)}`)
}

/** Gives the whole file its name. False when another has taken it meanwhile: then the draft keeps its own. */
export async function finish({ draft, file }: Target, disk: Disk, force: boolean): Promise<boolean> {
  await draft.close()
  return file === undefined || disk.rename(`${file}${partSuffix}`, file, { replace: force })
}

/** Removes a draft into which nothing came. */
export async function discard({ draft, file }: Target, disk: Disk): Promise<void> {
  await draft.close()
  if (file !== undefined) await disk.remove(`${file}${partSuffix}`)
}

/** The name of the draft, for people. */
export function draftOf({ file }: Target): string {
  return file === undefined ? 'standard output' : `${file}${partSuffix}`
}

/** The name that a file is to be saved under: as its URL says, without anything that could lead elsewhere. */
export function nameIn(url: string): string {
  const { pathname, searchParams } = new URL(url)
  const disposition = searchParams.get('response-content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? []
  const name = decoded(encoded ?? pathname.split('/').at(-1) ?? '').replace(/[\p{Cc}/\\]/gu, '_')
  const safe = name.replace(/^\.+/, '')
  return safe === '' ? 'download' : shortened(safe)
}

function numbered(name: string, number: number): string {
  if (number === 1) return name
  const dot = name.lastIndexOf('.')
  const at = dot > 0 ? dot : name.length
  return `${name.slice(0, at)} (${number})${name.slice(at)}`
}

/** The end is kept, for it says what kind of file it is. */
function shortened(name: string): string {
  const bytes = Buffer.from(name)
  if (bytes.length <= maxNameBytes) return name
  // Half a letter at the cut is dropped.
  return bytes
    .subarray(-maxNameBytes)
    .toString()
    .replace(/^\uFFFD+/, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function inTheWay(path: string): UsageError {
  return new UsageError(`-o: got ${JSON.stringify(path)}, which is there, allowed: a new file, or with --force any`)
}
