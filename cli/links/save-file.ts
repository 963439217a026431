import { basename } from 'node:path'
import { inspect } from 'node:util'
import type { ExitCode } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { progress, singleLine } from '../terminal/text.ts'
import { download, type Transfer } from './download.ts'
import {
  type DownloadTarget,
  fallbackName,
  finish,
  nameIn,
  type OutputLocation,
  type OutputOptions,
  targetIn,
} from './output-file.ts'
import type { RedeemResult } from './redeem-link.ts'

/** The options of a command line that say what to do with the file. */
export interface SaveOptions extends OutputOptions {
  readonly json: boolean
  /** Cancels the download. */
  readonly signal: AbortSignal
  /** What the user can do if the link is used and the file is missing. */
  readonly advice: string
}

/** The capability of a redeemed link. */
type Capability = RedeemResult & { readonly kind: 'redeemed' }

/** What the functions below share. */
interface SaveContext {
  readonly ports: Ports
  readonly options: SaveOptions
}

/**
 * Downloads the file of a redeemed link and prints its name. Never rejects: if anything fails, reports why, that the link is
 * used, and where the bytes that arrived are; then returns 4.
 */
export async function save(capability: Capability, location: OutputLocation, context: SaveContext): Promise<ExitCode> {
  const { ports, options } = context
  const failed = (message: string): ExitCode => {
    ports.progress?.('')
    ports.info(`${message}\n${options.advice}`)
    return 4
  }
  try {
    const target = await targetFor(capability, location, context)
    const transfer = await transferTo(target, capability, context)
    if (transfer.kind === 'broken') return failed(await describeBroken(transfer, target, ports))
    return await finished(target, transfer.bytes, context)
  } catch (error) {
    const isSystemError = error instanceof Error && 'syscall' in error
    return failed(`the file can't be saved: ${isSystemError ? error.message : inspect(error)}`)
  }
}

/** If the file system does not accept the name, uses another: the link is used, and the file must not be lost. */
async function targetFor(
  { url }: Capability,
  location: OutputLocation,
  { ports, options }: SaveContext,
): Promise<DownloadTarget> {
  if (location.kind === 'ready') return location.target
  const search = { ports, force: options.force }
  return targetIn(location.folder, nameIn(url), search).catch(() => targetIn(location.folder, fallbackName, search))
}

async function transferTo(
  target: DownloadTarget,
  { url, cookie }: Capability,
  { ports, options: { signal } }: SaveContext,
): Promise<Transfer> {
  const name = singleLine(basename(target.names?.file ?? nameIn(url)))
  const onProgress = (bytes: number, total: number | undefined) => ports.progress?.(progress(name, bytes, total))
  const transfer = await download({ url, cookie, onProgress, signal }, target.output, ports)
  // Some file systems report a full disk only when the file is closed.
  const why = await target.output.close().then(() => undefined, reasonOf)
  return why === undefined || transfer.kind === 'broken' ? transfer : { kind: 'broken', bytes: transfer.bytes, why }
}

/** Returns the message. If no bytes arrived, also removes the empty file. */
async function describeBroken(
  { bytes, why }: Transfer & { readonly kind: 'broken' },
  target: DownloadTarget,
  ports: Ports,
): Promise<string> {
  const message = `the download broke off after ${bytes} bytes: ${why}`
  if (target.names === undefined) return message
  const { part } = target.names
  if (bytes > 0) return `${message}\nThe bytes that arrived are in ${singleLine(part)}.`
  await ports.disk.remove(part)
  return message
}

async function finished(target: DownloadTarget, bytes: number, { ports, options }: SaveContext): Promise<ExitCode> {
  const { force, json } = options
  ports.progress?.('')
  const { file, part } = target.names ?? { file: undefined, part: '' }
  const isNamed = await finish(target, ports, force).catch(reasonOf)
  if (isNamed !== true) {
    const why = isNamed === false ? 'another program has created it meanwhile' : isNamed
    ports.info(`${singleLine(file ?? 'standard output')}: ${why}`)
    ports.info(`The complete file is in ${singleLine(part)}. The link is used.`)
    return 4
  }
  if (file !== undefined) ports.print(json ? JSON.stringify({ file, bytes }) : singleLine(file))
  ports.info(`${bytes} bytes`)
  return 0
}
