import { basename } from 'node:path'
import { inspect } from 'node:util'
import type { ExitCode } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { singleLine, progress } from '../terminal/text.ts'
import { download, type Transfer } from './download.ts'
import {
  anyName,
  finish,
  nameIn,
  type Output,
  type OutputLocation,
  type DownloadTarget,
  targetIn,
} from './output-file.ts'
import type { RedeemResult } from './redeem-link.ts'

/** How a command line says what is to become of the file. */
export interface SaveOptions extends Output {
  readonly json: boolean
  /** Whoever sits before it no longer wants it. */
  readonly signal: AbortSignal
  /** What is to be done when the link is used and the file isn't there. */
  readonly advice: string
}

/** What a link that is used was used for. */
type Capability = RedeemResult & { readonly kind: 'taken' }

/** How to save, and where to say how it went. */
interface Saving {
  readonly ports: Ports
  readonly options: SaveOptions
}

/**
 * Saves the file of a link that is used, and prints its name. Never rejects: whatever goes wrong, it says so, that the link is
 * used, and what is there of the file; then it gives 4.
 */
export async function save(capability: Capability, place: OutputLocation, saving: Saving): Promise<ExitCode> {
  const { ports, options } = saving
  const failed = (words: string): ExitCode => {
    ports.progress?.('')
    ports.info(`${words}\n${options.advice}`)
    return 4
  }
  try {
    const target = await targetFor(capability, place, saving)
    const transfer = await transferTo(target, capability, saving)
    if (transfer.kind === 'broken') return failed(await brokenOff(transfer, target, ports))
    return await finished(target, transfer.bytes, saving)
  } catch (error) {
    const isOfSystem = error instanceof Error && 'syscall' in error
    return failed(`the file can't be saved: ${isOfSystem ? error.message : inspect(error)}`)
  }
}

/** A name that the file system does not take is no reason to lose the file. */
async function targetFor(
  { url }: Capability,
  place: OutputLocation,
  { ports, options }: Saving,
): Promise<DownloadTarget> {
  if (place.kind === 'ready') return place.target
  const search = { ports, force: options.force }
  return targetIn(place.folder, nameIn(url), search).catch(() => targetIn(place.folder, anyName, search))
}

async function transferTo(
  target: DownloadTarget,
  { url, cookie }: Capability,
  { ports, options: { signal } }: Saving,
): Promise<Transfer> {
  const name = singleLine(basename(target.names?.file ?? nameIn(url)))
  const onProgress = (bytes: number, total: number | undefined) => ports.progress?.(progress(name, bytes, total))
  const transfer = await download({ url, cookie, onProgress, signal }, target.draft, ports)
  // Some file systems say so late that they had no room.
  const why = await target.draft.close().then(() => undefined, reasonOf)
  return why === undefined || transfer.kind === 'broken' ? transfer : { kind: 'broken', bytes: transfer.bytes, why }
}

/** Nothing is left of a file of which nothing came. */
async function brokenOff(
  { bytes, why }: Transfer & { readonly kind: 'broken' },
  target: DownloadTarget,
  ports: Ports,
): Promise<string> {
  const words = `the download broke off after ${bytes} bytes: ${why}`
  if (target.names === undefined) return words
  const { part } = target.names
  if (bytes > 0) return `${words}\nWhat came is in ${singleLine(part)}.`
  await ports.disk.remove(part)
  return words
}

async function finished(target: DownloadTarget, bytes: number, { ports, options }: Saving): Promise<ExitCode> {
  const { force, json } = options
  ports.progress?.('')
  const { file, part } = target.names ?? { file: undefined, part: '' }
  const isNamed = await finish(target, ports, force).catch(reasonOf)
  if (isNamed !== true) {
    const why = isNamed === false ? 'somebody else has made it meanwhile' : isNamed
    ports.info(`${singleLine(file ?? 'standard output')}: ${why}`)
    ports.info(`The whole file is in ${singleLine(part)}. The link is used.`)
    return 4
  }
  if (file !== undefined) ports.print(json ? JSON.stringify({ file, bytes }) : singleLine(file))
  ports.info(`${bytes} bytes`)
  return 0
}
