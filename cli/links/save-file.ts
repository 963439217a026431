import { strict as assert } from 'node:assert'
import { basename, dirname } from 'node:path'
import { inspect } from 'node:util'
import { unlessAborted } from '../../client/abortable.ts'
import { download, DownloadError, type DownloadState } from '../../client/client.ts'
import { bindingParameters } from '../../shared/cloudfront/binding.ts'
import type { LinkId } from '../../shared/link.ts'
import { formatSize } from '../../shared/texts/size.ts'
import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'
import type { ExitCode } from '../command.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { createMeter } from '../terminal/meter.ts'
import { shortened, singleLine } from '../terminal/text.ts'
import { type LinkOutcome, linkOutcome, withPassphrase } from './link-outcome.ts'
import {
  discard,
  type DownloadTarget,
  fallbackName,
  nameIn,
  type OutputLocation,
  type OutputOptions,
  targetIn,
} from './output-file.ts'
import { createResumeFile, type ResumeFile } from './resume-file.ts'

/** The options of a command line that say what to do with the file. */
interface SaveOptions extends OutputOptions {
  readonly json: boolean
  /** What the user can do if the link is used and the file is missing. */
  readonly advice: string
}

/** What the functions below share. */
export interface SaveContext {
  readonly ports: CliPorts
  readonly options: SaveOptions
  readonly link: string
  readonly linkId: LinkId
  readonly passphrase: string | undefined
  readonly idempotencyKey: string | undefined
  /** Cancels redemption and download. */
  readonly signal: AbortSignal
}

/** A download, and where it goes. */
interface Saving {
  /** Undefined until the link is redeemed. */
  state: DownloadState | undefined
  /** Undefined until its name is known, which comes with the signed URL: then it is in `folder`. */
  target: DownloadTarget | undefined
  readonly folder: string
  /** Undefined if no later run can go on, as with standard output. */
  resume: ResumeFile | undefined
  /** Bytes in the target. */
  bytes: number
}

/** A download whose link is redeemed. */
type Redeemed = Saving & { readonly state: DownloadState; readonly target: DownloadTarget }

/**
 * Redeems a link, saves its file and prints its name. With `resume`, goes on with a file of which an earlier run left so many bytes,
 * without the link. If the link is refused, reports why and returns 3. If it is used and anything fails, reports why, where the bytes
 * that arrived are, and whether the same command can go on; then returns 4. Rejects with an `UnreachableError` if no edge responds.
 */
export async function save(
  { resume: left, bytes: received = 0, ...location }: OutputLocation & Partial<Pick<Saving, 'resume' | 'bytes'>>,
  context: SaveContext,
): Promise<ExitCode> {
  const { ports, options } = context
  const saving: Saving = { ...location, state: left?.state, resume: left, bytes: received }
  const outcome = linkOutcome(ports)
  const failure = await transfer(saving, outcome, context).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const { state, target, resume, bytes } = saving
  if (failure !== undefined && state === undefined) {
    // A failure to remove the created file does not hide why the link was refused.
    if (target !== undefined) await discard(target, ports).catch(() => undefined)
    ports.info(outcome.refusalOf(failure.error).join('\n'))
    return 3
  }
  if (state === undefined || target === undefined) {
    const why = failure?.error
    const message = why instanceof Error && 'syscall' in why ? why.message : inspect(why)
    return failed([`the file can't be saved: ${message}`, options.advice], ports)
  }
  // Some file systems report a full disk only when the file is closed.
  const broken = await target.output.close().then(
    () => failure,
    (error: unknown) => failure ?? { error },
  )
  if (broken !== undefined) return brokenOff(broken.error, { ...saving, state, target }, context)
  const code = await finished(target, bytes, context)
  await resume?.remove()
  return code
}

/** Redeems the link, if it has not been, and writes its file to the target. Rejects if anything fails. */
async function transfer(saving: Saving, { onRetry }: LinkOutcome, context: SaveContext): Promise<void> {
  const { ports, options, link, passphrase, idempotencyKey, signal } = context
  const { state } = saving
  const startOver = async () => {
    await saving.target?.output.startOver?.()
    saving.bytes = 0
  }
  // Something else has written to it.
  if (state?.total !== undefined && saving.bytes > state.total) await startOver()
  if (saving.bytes > 0) ports.info(`Going on at ${formatSize(saving.bytes)}.`)
  const open = async (given: string | undefined) =>
    download(link, {
      fetch: ports.http.fetch,
      wait: (ms, until = signal) => unlessAborted(ports.clock.pause(ms), until),
      signal,
      passphrase: given,
      idempotencyKey,
      resume: state && { state, received: saving.bytes },
      onStartOver: options.output === '-' ? undefined : startOver,
      onState: now => noteState(now, saving, context),
      onRetry,
    })
  const { body } = await withPassphrase(open, { given: passphrase, ask: ports.ask })
  const { target } = saving
  assert(target, 'a file that arrives has a target')
  const name = target.names?.file ?? nameIn(saving.state?.url ?? '')
  const meter = createMeter(singleLine(basename(name)), saving.bytes, ports)
  for await (const bytes of body) {
    // A reader of standard output may never take them.
    await unlessAborted(target.output.write(bytes), signal)
    saving.bytes += bytes.length
    meter(saving.bytes, saving.state?.total)
  }
}

/** Keeps what a later run needs. When the link was redeemed, finds the target first. */
async function noteState(state: DownloadState, saving: Saving, context: SaveContext): Promise<void> {
  const isNew = saving.state === undefined
  saving.state = state
  if (!isNew) return saving.resume?.update(state)
  const { ports, options, linkId } = context
  const { folder } = saving
  const search = { ports, force: options.force }
  // If the file system does not accept the name, uses another: the link is used, and the file must not be lost.
  saving.target ??= await targetIn(folder, nameIn(state.url), search).catch(() =>
    targetIn(folder, fallbackName, search),
  )
  const { names } = saving.target
  if (names === undefined) return
  const [part, file] = [basename(names.part), basename(names.file)]
  saving.resume = await createResumeFile(dirname(names.part), { ...state, linkId, part, file }, ports)
}

function failed(lines: readonly string[], ports: CliPorts): ExitCode {
  ports.progress?.('')
  ports.info(lines.join('\n'))
  return 4
}

async function finished(target: DownloadTarget, bytes: number, { ports, options }: SaveContext): Promise<ExitCode> {
  const { force, json } = options
  ports.progress?.('')
  const { file, part } = target.names ?? { file: undefined, part: '' }
  // Without `force`, keeps `FILE.part` if the name exists.
  const isNamed = file === undefined || (await ports.disk.rename(part, file, { replace: force }).catch(reasonOf))
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

/** Keeps what a later run needs, if one can go on, and reports what happened. */
async function brokenOff(
  error: unknown,
  { state, target, resume, bytes }: Redeemed,
  { ports, options }: SaveContext,
): Promise<ExitCode> {
  const refusal = error instanceof DownloadError ? error.refusal : undefined
  const mayGoOn = resume !== undefined && refusal !== 'ended'
  await (mayGoOn ? resume.release() : resume?.remove())
  const { names } = target
  // An empty file is of no use.
  if (bytes === 0 && names !== undefined) await ports.disk.remove(names.part)
  const kept = names !== undefined && bytes > 0 ? [`The bytes that arrived are in ${singleLine(names.part)}.`] : []
  const why = singleLine(shortened(reasonOf(error), maxReasonLength))
  const what = [`the download broke off after ${bytes} bytes: ${why}`, ...kept]
  return failed([...what, ...adviceAfter(refusal, { state, mayGoOn, advice: options.advice })], ports)
}

/** Longest reason that is shown, in characters. */
const maxReasonLength = 500

/** Returns the lines that say what the user can do. */
function adviceAfter(
  refusal: DownloadError['refusal'],
  { state: { url, expiresAt }, mayGoOn, advice }: Pick<Redeemed, 'state'> & { mayGoOn: boolean; advice: string },
): readonly string[] {
  const until = `until ${rfc3339(secondsOf(expiresAt as EpochMs))}`
  const onlyThere = `The URL works only from the address that opened the link ${until}`
  const isBoundToClient = new URL(url).searchParams.has(bindingParameters.client)
  const suggestions = refusal === undefined || isBoundToClient ? [] : [suggestion]
  if (!mayGoOn) return [...(refusal === 'other-address' ? [`${onlyThere}.`] : []), advice, ...suggestions]
  if (refusal === 'other-address') return [`${onlyThere}: to go on, run the same command there.`, ...suggestions]
  return [`The link is used. To go on, run the same command again. The URL works ${until}.`]
}

/** What the sender can do if a link that is bound to an address, or has little time, is too little. */
const suggestion = 'A link issued with --bind client works from any address, and has time for large files.'
