import { basename, dirname } from 'node:path'
import { inspect } from 'node:util'
import { bindingParameters, clientHeader } from '../../shared/binding.ts'
import type { LinkId } from '../../shared/link.ts'
import { formatSize } from '../../shared/size.ts'
import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'
import type { ExitCode } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { createMeter } from '../terminal/meter.ts'
import { singleLine } from '../terminal/text.ts'
import { download, type Transfer } from './download.ts'
import type { Arrived } from './file-response.ts'
import {
  type DownloadTarget,
  fallbackName,
  finish,
  nameIn,
  type OutputLocation,
  type OutputOptions,
  targetIn,
} from './output-file.ts'
import type { Capability, RedeemRequest } from './redeem-link.ts'
import { afterRefusal } from './refused-url.ts'
import { createResumeFile, type ResumeFile } from './resume-file.ts'

/** The options of a command line that say what to do with the file. */
interface SaveOptions extends OutputOptions {
  readonly json: boolean
  /** What the user can do if the link is used and the file is missing. */
  readonly advice: string
}

/** What the functions below share. */
export interface SaveContext {
  readonly ports: Ports
  readonly options: SaveOptions
  /** How the link was redeemed. Its signal also cancels the download. */
  readonly request: RedeemRequest
  readonly linkId: LinkId
}

/** A download that begins or goes on. */
interface Download {
  readonly capability: Capability
  readonly target: DownloadTarget
  readonly arrived: Arrived
  /** Undefined if no later run can go on, as with standard output. */
  readonly resume: ResumeFile | undefined
}

/**
 * Downloads the file of a redeemed link and prints its name. Never rejects: if anything fails, reports why, where the bytes
 * that arrived are, and whether the same command can go on; then returns 4.
 */
export async function save(capability: Capability, location: OutputLocation, context: SaveContext): Promise<ExitCode> {
  return reporting(context, async () => {
    const target = await targetFor(capability, location, context)
    const resume = await resumeFileFor(target, capability, context)
    const arrived = { bytes: 0, total: undefined, validator: undefined }
    return transferAndFinish({ capability, target, arrived, resume }, context)
  })
}

/** Does the same for a file of which an earlier run left so many bytes. */
export async function goOn(
  resume: ResumeFile,
  { target, bytes }: { readonly target: DownloadTarget; readonly bytes: number },
  context: SaveContext,
): Promise<ExitCode> {
  const { url, cookie, expiresAt, total, validator } = resume.state
  const capability = { url, cookie, expiresAt: expiresAt as EpochMs | undefined }
  return reporting(context, async () => {
    const arrived = { bytes, total, validator }
    // Something else has written to it.
    if (total !== undefined && bytes > total) {
      await target.output.startOver?.()
      arrived.bytes = 0
    }
    if (arrived.bytes > 0) context.ports.info(`Going on at ${formatSize(bytes)}.`)
    return transferAndFinish({ capability, target, arrived, resume }, context)
  })
}

async function reporting(context: SaveContext, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work()
  } catch (error) {
    const isSystemError = error instanceof Error && 'syscall' in error
    const message = `the file can't be saved: ${isSystemError ? error.message : inspect(error)}`
    return failed([message, context.options.advice], context)
  }
}

function failed(lines: readonly string[], { ports }: SaveContext): ExitCode {
  ports.progress?.('')
  ports.info(lines.join('\n'))
  return 4
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

async function resumeFileFor(
  { names }: DownloadTarget,
  { url, cookie, expiresAt }: Capability,
  { ports, request: { client }, linkId }: SaveContext,
): Promise<ResumeFile | undefined> {
  if (names === undefined) return undefined
  const part = basename(names.part)
  const file = basename(names.file)
  return createResumeFile(dirname(names.part), { linkId, client, url, cookie, expiresAt, part, file }, ports)
}

async function transferAndFinish(download: Download, context: SaveContext): Promise<ExitCode> {
  const { target, resume } = download
  const transfer = await transferTo(download, context)
  if (transfer.kind === 'complete') {
    const code = await finished(target, transfer.bytes, context)
    await resume?.remove()
    return code
  }
  const mayGoOn = resume !== undefined && transfer.refusal !== 'ended'
  await (mayGoOn ? resume.release() : resume?.remove())
  // An empty file is of no use.
  const isEmpty = transfer.bytes === 0 && target.names !== undefined
  if (isEmpty) await context.ports.disk.remove(target.names.part)
  const { advice } = context.options
  return failed(describeBroken(transfer, { ...download, mayGoOn, advice }), context)
}

async function transferTo(
  { capability, target, arrived, resume }: Download,
  { ports, request }: SaveContext,
): Promise<Transfer> {
  const name = singleLine(basename(target.names?.file ?? nameIn(capability.url)))
  const source = {
    capability,
    headers: { [clientHeader]: request.client.secret },
    arrived,
    onFile: async ({ total, validator }: Readonly<Arrived>) => resume?.update({ total, validator }),
    onProgress: createMeter(name, arrived.bytes, ports),
    onRefused: afterRefusal({ request, onCapability: async again => resume?.update(again) }, ports),
    signal: request.signal,
  }
  const transfer = await download(source, target.output, ports)
  // Some file systems report a full disk only when the file is closed.
  const why = await target.output.close().then(() => undefined, reasonOf)
  return why === undefined || transfer.kind === 'broken' ? transfer : { kind: 'broken', bytes: transfer.bytes, why }
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

/** The download that broke off. */
interface BrokenDownload {
  readonly capability: Capability
  readonly target: DownloadTarget
  /** Whether a later run of the same command can go on. */
  readonly mayGoOn: boolean
  /** What the user can do otherwise. */
  readonly advice: string
}

/** Returns the lines that say what happened to a download that broke off for good, and what the user can do. */
function describeBroken(
  { bytes, why, refusal }: Transfer & { readonly kind: 'broken' },
  { capability, target: { names }, mayGoOn, advice }: BrokenDownload,
): readonly string[] {
  const kept = names !== undefined && bytes > 0 ? [`The bytes that arrived are in ${singleLine(names.part)}.`] : []
  const what = [`the download broke off after ${bytes} bytes: ${why}`, ...kept]
  const until = capability.expiresAt === undefined ? '' : ` until ${rfc3339(secondsOf(capability.expiresAt))}`
  const onlyThere = `The URL works only from the address that opened the link${until}`
  const isBoundToClient = new URL(capability.url).searchParams.has(bindingParameters.client)
  const suggestions = refusal === undefined || isBoundToClient ? [] : [suggestion]
  if (!mayGoOn) return [...what, ...(refusal === 'other-address' ? [`${onlyThere}.`] : []), advice, ...suggestions]
  if (refusal === 'other-address')
    return [...what, `${onlyThere}: to go on, run the same command there.`, ...suggestions]
  return [...what, `The link is used. To go on, run the same command again.${until && ` The URL works${until}.`}`]
}

/** What the sender can do if a link that is bound to an address, or has little time, is too little. */
const suggestion = 'A link issued with --bind client works from any address, and has time for large files.'
