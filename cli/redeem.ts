import { basename } from 'node:path'
import type { ParseArgsOptionsConfig } from 'node:util'
import { idempotencyKeyRule, parseIdempotencyKey } from '../shared/idempotency-key.ts'
import { type Command, type ExitCode, exitCodes, UsageError } from './command.ts'
import { download } from './download.ts'
import { nonceIn } from './link-name.ts'
import { parseWithOperands } from './options.ts'
import type { World } from './ports.ts'
import { progress } from './progress.ts'
import { type Taken, take } from './take.ts'
import { discard, draftOf, finish, nameIn, type Output, type Place, placeFor, type Target, targetIn } from './target.ts'

const redeemOptions = {
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean', default: false },
  'idempotency-key': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

const usage = `once redeem (LINK | -) [-o FILE | -o FOLDER | -o -] [--force] [--idempotency-key KEY] [--json]

Uses a link and downloads its file: for scripts, also where a person would be asked to confirm. Needs no credentials. Whether
the file can be written is looked at first. It is FILE.part until all of it is there; a transfer that breaks is gone on with
while the signed URL lives. The name of the file is printed, everything else is on standard error.

  LINK           the link; - reads it from standard input, where no other process sees it
  -o, --output   a file, a folder, or - for standard output (default: this folder, under the name that the sender gave; with
                 a number where there is such a file)
  --force        replace a file that is there
  --idempotency-key KEY
                 what this client calls itself: run again with it from the same address, a link with a receipt gives the
                 same URL while that lives (default: a new one, for all attempts of this run)
  --json         print one line of JSON: {"file", "bytes"}
  --help         print this

  once redeem https://files.example.com/d/...
  once redeem - -o report.pdf < link.txt
  once redeem "$LINK" -o - | tar xz

A link that was refused is not used by it, and the reason is told. Of a link to a folder for a player the one object that it
names is downloaded. When a download breaks off for good, FILE.part stays, and the link is used.

${exitCodes}
`

/** `once redeem`: uses a link, for scripts. */
export const redeem: Command = {
  name: 'redeem',
  summary: 'use a link and download its file, for scripts',
  usage,
  options: redeemOptions,
  words: { output: 'file' },
  async run(args, world) {
    const { values, positionals } = parseWithOperands(args, redeemOptions)
    const link = await linkOf(positionals, world)
    if (values.json && values.output === '-') {
      throw new UsageError('--json: got it with -o -, allowed: one of them, since both print')
    }
    const asked = { link, idempotencyKey: keyOf(values['idempotency-key']) }
    const place = await placeFor({ output: values.output, force: values.force }, world.disk)
    const taken = await takeOrDiscard(asked, place, world)
    if (taken.kind === 'refused') {
      world.note(`${taken.title}\n${taken.detail}`)
      return 3
    }
    return save(taken, place, { world, options: { output: values.output, force: values.force, json: values.json } })
  },
}

async function linkOf(operands: readonly string[], { disk }: World): Promise<string> {
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

/** Nothing is left behind of a link that was refused. */
async function takeOrDiscard(asked: Parameters<typeof take>[0], place: Place, world: World): Promise<Taken> {
  const drop = async () => (place.kind === 'ready' ? discard(place.target, world.disk) : undefined)
  try {
    const taken = await take(asked, world)
    if (taken.kind === 'refused') await drop()
    return taken
  } catch (error) {
    await drop()
    throw error
  }
}

async function save(
  { url, cookie }: Taken & { readonly kind: 'taken' },
  place: Place,
  { world, options }: { readonly world: World; readonly options: Output & { readonly json: boolean } },
): Promise<ExitCode> {
  const { disk, meter } = world
  const { force } = options
  const target = place.kind === 'ready' ? place.target : await targetIn(place.folder, nameIn(url), { disk, force })
  const name = basename(target.file ?? nameIn(url))
  const onProgress = (bytes: number, total: number | undefined) => meter?.(progress(name, bytes, total))
  const transfer = await download({ url, cookie, onProgress }, target.draft, world)
  meter?.('')
  if (transfer.kind === 'broken') {
    await target.draft.close()
    world.note(`the download broke off after ${transfer.bytes} bytes: ${transfer.why}`)
    world.note(`What came is in ${draftOf(target)}. The link is used: ask the sender for a new one.`)
    return 4
  }
  if (await finish(target, disk, force)) return tell(target, transfer.bytes, { world, json: options.json })
  world.note(`${target.file} was made by somebody else meanwhile; the whole file is in ${draftOf(target)}`)
  return 4
}

function tell(
  { file }: Target,
  bytes: number,
  { world, json }: { readonly world: World; readonly json: boolean },
): ExitCode {
  if (file !== undefined) world.say(json ? JSON.stringify({ file, bytes }) : file)
  world.note(`${bytes} bytes`)
  return 0
}
