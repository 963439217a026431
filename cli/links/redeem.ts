import type { ParseArgsOptionsConfig } from 'node:util'
import { idempotencyKeyRule, parseIdempotencyKey } from '../../shared/http.ts'
import { type Command, exitCodes, UsageError } from '../command.ts'
import { commonOptions, parseWithOperands } from '../options.ts'
import type { Ports } from '../ports/ports.ts'
import { singleLine } from '../terminal/text.ts'
import { nonceIn } from './link-ids.ts'
import { discard, type OutputLocation, openOutput } from './output-file.ts'
import { type RedeemRequest, redeemLink, type RedeemResult } from './redeem-link.ts'
import { save } from './save-file.ts'

const redeemOptions = {
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean', default: false },
  'idempotency-key': { type: 'string' },
  json: commonOptions.json,
  help: commonOptions.help,
} as const satisfies ParseArgsOptionsConfig

const usage = `once redeem (LINK | -) [-o FILE | -o FOLDER | -o -] [--force] [--idempotency-key KEY] [--json]

Uses a link and downloads its file: for scripts, also where a person would be asked to confirm. Needs no credentials. Whether
the file can be written is looked at first. It is FILE.part until all of it is there; while this runs, and the signed URL
lives, a transfer that breaks is gone on with. The name of the file is printed, everything else is on standard error.

  LINK           the link; - reads it from standard input, where no other process sees it
  -o, --output   a file, a folder, or - for standard output (default: this folder, under the name that the sender gave; with
                 a number where there is such a file)
  --force        replace a file that is there
  --idempotency-key KEY
                 what this client calls itself: run again with it from the same address, a link with a receipt gives the
                 same URL while that lives (default: a new one, for all attempts of this run)
  --json         print one line of JSON: {"file", "bytes"}
  -h, --help     print this

  once redeem https://files.example.com/d/...
  once redeem - -o report.pdf < link.txt
  once redeem "$LINK" -o - | tar xz

A link that is refused is not used by it, unless the reason that is told says so or that nobody knows. Where an answer was lost,
what is told says what is known of the link. Of a link to a folder for a player the one object that it names is downloaded.
When a download breaks off for good, or Ctrl-C ends it, what came stays in FILE.part, and the link is used.

${exitCodes}
`

/** `once redeem`: uses a link, for scripts. */
export const redeem: Command = {
  name: 'redeem',
  summary: 'use a link and download its file, for scripts',
  usage,
  options: redeemOptions,
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(args, redeemOptions)
    const { output, force, json } = values
    const link = await linkOf(positionals, ports)
    if (json && output === '-') {
      throw new UsageError('--json: got it with -o -, allowed: one of them, since both print')
    }
    const idempotencyKey = keyOf(values['idempotency-key'])
    const signal = ports.interrupts.abortOnInterrupt()
    const place = await openOutput({ output, force }, ports)
    const taken = await takeOrDiscard({ link, idempotencyKey, signal }, place, ports)
    if (taken.kind === 'refused') {
      ports.info(`${singleLine(taken.title)}\n${singleLine(taken.detail)}`)
      return 3
    }
    const options = { output, force, json, signal, advice: adviceFor(idempotencyKey) }
    return save(taken, place, { ports, options })
  },
}

function adviceFor(idempotencyKey: string | undefined): string {
  const again =
    idempotencyKey === undefined
      ? ''
      : 'if it keeps a receipt, run this again at once with the same --idempotency-key, or '
  return `The link is used: ${again}ask the sender for a new one.`
}

async function linkOf(operands: readonly string[], { disk }: Ports): Promise<string> {
  const [operand, ...others] = operands
  if (operand === undefined || others.length > 0) {
    throw new UsageError(`got ${operands.length} operands, allowed: one LINK, or - to read it from standard input`)
  }
  const text = operand === '-' ? (await disk.standardInput()).trim() : operand
  const isLoopback = /^http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?\//.test(text)
  if (nonceIn(text) !== undefined && (isLoopback || text.startsWith('https://'))) return text
  // Nothing of it is repeated: what is not quite a link may still be somebody's secret.
  const got = `LINK: got ${text.length} characters that are none`
  throw new UsageError(`${got}, allowed: https://HOST/d/ and 43 characters`)
}

function keyOf(text: string | undefined): string | undefined {
  if (text === undefined || parseIdempotencyKey(text) !== undefined) return text
  throw new UsageError(`--idempotency-key: got ${JSON.stringify(text)}, allowed: ${idempotencyKeyRule}`)
}

/** Nothing is left behind of a link that was refused; where that fails, what is known of the link is told all the same. */
async function takeOrDiscard(asked: RedeemRequest, place: OutputLocation, ports: Ports): Promise<RedeemResult> {
  const drop = async () => {
    if (place.kind === 'ready') await discard(place.target, ports).catch(() => undefined)
  }
  try {
    const taken = await redeemLink(asked, ports)
    if (taken.kind === 'refused') await drop()
    return taken
  } catch (error) {
    await drop()
    throw error
  }
}
