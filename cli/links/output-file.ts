import { dirname, join } from 'node:path'
import { deviceName } from '../../shared/local/zip.ts'
import { UsageError } from '../command.ts'
import type { Disk, OutputFile, PathInfo } from '../ports/links.ts'
import type { CliPorts } from '../ports/ports.ts'
import { withoutInvisible } from '../terminal/text.ts'

/** Ending of the name of a file that is not complete. */
const partSuffix = '.part'

/** Longest file name in bytes: file systems allow 255, and `createPart` and `numbered` add some. */
const maxNameBytes = 220

/** File name if the URL has no usable one. */
export const fallbackName = 'download'

/** If a name exists, numbers up to this are tried; then random hexadecimal digits, which find a free name sooner. */
const maxNumber = 100

/** Where a download goes. */
export interface DownloadTarget {
  readonly output: OutputFile
  /** The final file, and the file until the download is complete; undefined for standard output. */
  readonly names: { readonly file: string; readonly part: string } | undefined
}

/** Where a download goes, as far as known before the link is used. */
export interface OutputLocation {
  /** Undefined if its name comes with the signed URL: then it will be in `folder`. */
  readonly target: DownloadTarget | undefined
  readonly folder: string
}

/** The options of a command line that say where a download goes. */
export interface OutputOptions {
  /** `-` for standard output, a file, or a folder. @default this folder */
  readonly output: string | undefined
  /** Replace an existing file. */
  readonly force: boolean
}

/**
 * Checks that a download can be written, so that no link is used in vain. If the name is known, creates the file for the first
 * bytes. Throws a `UsageError` if a file is in the way.
 */
export async function openOutput({ output = '.', force }: OutputOptions, ports: CliPorts): Promise<OutputLocation> {
  const { disk } = ports
  if (output === '-') return { target: { output: disk.standardOutput(), names: undefined }, folder: '' }
  if ((await checkOutput(output, force, disk)) === 'folder') {
    await disk.mustBeWritable(output)
    return { target: undefined, folder: output }
  }
  const target = await createPart(output, force, ports)
  if (target === undefined) throw existsError(`${output}${partSuffix}`)
  return { target, folder: dirname(output) }
}

/** Returns what is at the path. Throws a `UsageError` if no download may go there: it is no file, or exists without `force`. */
async function checkOutput(output: string, force: boolean, disk: Disk): Promise<PathInfo['kind'] | undefined> {
  const found = await disk.stat(output)
  if (found?.kind === 'other') {
    const got = `-o: got ${JSON.stringify(output)}, a device or pipe`
    throw new UsageError(`${got}, allowed: a file, a folder, or - for standard output`)
  }
  if (found?.kind === 'file' && !force) throw existsError(output)
  return found?.kind
}

/** Returns the folder of a download; undefined for standard output. Throws a `UsageError` if the output is empty. */
export async function folderOf({ output = '.' }: OutputOptions, { disk }: CliPorts): Promise<string | undefined> {
  if (output === '') throw new UsageError('-o: got "", allowed: a file, a folder, or - for standard output')
  if (output === '-') return undefined
  return (await disk.stat(output))?.kind === 'folder' ? output : dirname(output)
}

/**
 * Opens the part that an earlier run left in the folder, to write on at its end, or creates it again. In a folder, the complete
 * file gets the name that it would have had. Throws a `UsageError` if a file is in the way.
 */
export async function reopenOutput(
  saved: { readonly folder: string; readonly part: string; readonly file: string },
  { output = '.', force }: OutputOptions,
  { disk }: CliPorts,
): Promise<{ readonly target: DownloadTarget; readonly bytes: number }> {
  const found = await checkOutput(output, force, disk)
  const file = found === 'folder' ? join(output, saved.file) : output
  const names = { file, part: join(saved.folder, saved.part) }
  const reopened = await disk.reopen(names.part)
  if (reopened !== undefined) return { target: { output: reopened.output, names }, bytes: reopened.bytes }
  const created = await disk.create(names.part)
  if (created === undefined) throw existsError(names.part)
  return { target: { output: created, names }, bytes: 0 }
}

/** Creates a file in a folder: under the wanted name, or with a number if that exists and may not be replaced. */
export async function targetIn(
  folder: string,
  wanted: string,
  { ports, force }: { ports: CliPorts; force: boolean },
): Promise<DownloadTarget> {
  for (let number = 1; ; number += 1) {
    const file = join(folder, numbered(wanted, number, ports))
    if (!force && (await ports.disk.stat(file)) !== undefined) continue
    const target = await createPart(file, force, ports)
    if (target !== undefined) return target
  }
}

/**
 * Creates the file for the first bytes, `FILE.part`. If that exists, another download is using it or left it: then returns
 * undefined, or with `force` uses a random name.
 */
async function createPart(
  file: string,
  force: boolean,
  { disk, random }: CliPorts,
): Promise<DownloadTarget | undefined> {
  const usual = `${file}${partSuffix}`
  const own = `${file}.${randomHex(random)}${partSuffix}`
  for (const part of force ? [usual, own] : [usual]) {
    const output = await disk.create(part)
    if (output !== undefined) return { output, names: { file, part } }
  }
  return undefined
}

/** Returns eight random hexadecimal digits. */
function randomHex(random: CliPorts['random']): string {
  return Buffer.from(random(4)).toString('hex')
}

/** Closes and removes a file without content. */
export async function discard({ output, names }: DownloadTarget, { disk }: CliPorts): Promise<void> {
  await output.close()
  if (names !== undefined) await disk.remove(names.part)
}

/**
 * Returns the file name that the URL gives. Replaces by `_` what could lead to another folder, look like an option, hide the
 * file or letters of its name, or mean something else on Windows.
 */
export function nameIn(url: string): string {
  const { pathname, searchParams } = new URL(url)
  const disposition = searchParams.get('response-content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? []
  const name = withoutInvisible(decoded(encoded ?? pathname.split('/').at(-1) ?? '')).replace(/[/\\]/g, '_')
  if (/^\.*$/.test(name)) return fallbackName
  return shortened(name).replace(/^[.-]/, '_').replace(/[. ]$/, '_').replace(deviceName, '_$1')
}

function numbered(name: string, number: number, { random }: CliPorts): string {
  if (number === 1) return name
  const dot = name.lastIndexOf('.')
  const at = dot > 0 ? dot : name.length
  return `${name.slice(0, at)} (${number <= maxNumber ? number : randomHex(random)})${name.slice(at)}`
}

/** Cuts the start of a long name: its end is the extension. */
function shortened(name: string): string {
  const bytes = Buffer.from(name)
  if (bytes.length <= maxNameBytes) return name
  // The cut may split a character; drops the rest of it.
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

function existsError(path: string): UsageError {
  return new UsageError(`-o: got ${JSON.stringify(path)}, which exists, allowed: a new file, or any file with --force`)
}
