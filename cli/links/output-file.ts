import { join } from 'node:path'
import { UsageError } from '../command.ts'
import type { OutputFile } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { withoutInvisible } from '../terminal/text.ts'

/** What the name of a file that isn't whole yet ends in. */
const partSuffix = '.part'

/** Longest name of a file that is made up here, in bytes: file systems take 255, and what `draftFor` and `numbered` add. */
const maxNameBytes = 220

/** The name of a file of which none is known that can be used. */
export const anyName = 'download'

/** Names are counted up so far when those before are taken; beyond, chance finds one sooner. */
const mostNumbers = 100

/** Where a download goes. */
export interface DownloadTarget {
  readonly draft: OutputFile
  /** The file it becomes, and the one that it is until then; undefined for standard output. */
  readonly names: { readonly file: string; readonly part: string } | undefined
}

/** Where a download is to go, as far as that is known before the link is used. */
export type OutputLocation =
  | { readonly kind: 'ready'; readonly target: DownloadTarget }
  /** The name is known when the link is. */
  | { readonly kind: 'folder'; readonly folder: string }

/** How a command line says where a download goes. */
export interface Output {
  /** `-` for standard output, a file, or a folder. @default this folder */
  readonly output: string | undefined
  /** Replaces a file that is there. */
  readonly force: boolean
}

/**
 * Looks whether a download can go where it should, so that no link is used in vain: makes the file for its first bytes where
 * the name is known. Throws a `UsageError` when something is in the way.
 */
export async function openOutput({ output = '.', force }: Output, ports: Ports): Promise<OutputLocation> {
  const { disk } = ports
  if (output === '') throw new UsageError('-o: got "", allowed: a file, a folder, or - for standard output')
  if (output === '-') return { kind: 'ready', target: { draft: disk.standardOutput(), names: undefined } }
  const found = await disk.look(output)
  if (found?.kind === 'folder') {
    await disk.mustBeWritable(output)
    return { kind: 'folder', folder: output }
  }
  if (found?.kind === 'other') {
    const got = `-o: got ${JSON.stringify(output)}, a device or pipe`
    throw new UsageError(`${got}, allowed: a file, a folder, or - for standard output`)
  }
  if (found !== undefined && !force) throw inTheWay(output)
  const target = await draftFor(output, { ports, force })
  if (target === undefined) throw inTheWay(`${output}${partSuffix}`)
  return { kind: 'ready', target }
}

/** How a name is found. */
interface Search {
  readonly ports: Ports
  readonly force: boolean
}

/** Finds a name in a folder: the one wanted, or with a number when there is such a file and it may not be replaced. */
export async function targetIn(folder: string, wanted: string, { ports, force }: Search): Promise<DownloadTarget> {
  for (let number = 1; ; number += 1) {
    const file = join(folder, numbered(wanted, number, ports))
    if (!force && (await ports.disk.look(file)) !== undefined) continue
    const target = await draftFor(file, { ports, force })
    if (target !== undefined) return target
  }
}

/**
 * The first bytes of a file that is to be replaced have a name of their own where another download, this minute or long
 * ago, has the usual one. Of others the usual name says that somebody is at it: undefined.
 */
async function draftFor(file: string, { ports: { disk, random }, force }: Search): Promise<DownloadTarget | undefined> {
  const usual = `${file}${partSuffix}`
  const own = `${file}.${chance(random)}${partSuffix}`
  for (const part of force ? [usual, own] : [usual]) {
    const draft = await disk.create(part)
    if (draft !== undefined) return { draft, names: { file, part } }
  }
  return undefined
}

/** Eight letters that nobody else will have thought of. */
function chance(random: Ports['random']): string {
  return Buffer.from(random(4)).toString('hex')
}

/** Gives the whole file, which is closed, its name. False when another has taken it meanwhile: then it keeps its own. */
export async function finish({ names }: DownloadTarget, { disk }: Ports, force: boolean): Promise<boolean> {
  return names === undefined || disk.rename(names.part, names.file, { replace: force })
}

/** Removes a draft into which nothing came. */
export async function discard({ draft, names }: DownloadTarget, { disk }: Ports): Promise<void> {
  await draft.close()
  if (names !== undefined) await disk.remove(names.part)
}

/** The name that a file is to be saved under: as its URL says, without anything that could lead elsewhere. */
export function nameIn(url: string): string {
  const { pathname, searchParams } = new URL(url)
  const disposition = searchParams.get('response-content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? []
  const name = withoutInvisible(decoded(encoded ?? pathname.split('/').at(-1) ?? '')).replace(/[/\\]/g, '_')
  return shortened(name).replace(/^\.+/, '') || anyName
}

function numbered(name: string, number: number, { random }: Ports): string {
  if (number === 1) return name
  const dot = name.lastIndexOf('.')
  const at = dot > 0 ? dot : name.length
  return `${name.slice(0, at)} (${number <= mostNumbers ? number : chance(random)})${name.slice(at)}`
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
