import type { ParseArgsOptionsConfig } from 'node:util'
import { isLoopback, takesFile } from '../../client/arguments.ts'
import { linkIdOf } from '../../shared/link.ts'
import type { Nonce } from '../../shared/nonce.ts'
import { idempotencyKeyRule, parseIdempotencyKey } from '../../shared/http.ts'
import { type Command, type ExitCode, exitCodes, UsageError } from '../command.ts'
import { outputOptions, parseWithOperands } from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { nonceIn } from './operands.ts'
import { folderOf, openOutput, reopenOutput } from './output-file.ts'
import { takeResumeFile } from './resume-file.ts'
import { save, type SaveContext } from './save-file.ts'

const redeemOptions = {
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean', default: false },
  'idempotency-key': { type: 'string' },
  'passphrase-file': { type: 'string' },
  ...outputOptions,
} as const satisfies ParseArgsOptionsConfig

const usage = `once redeem (LINK | -) [-o FILE | -o FOLDER | -o -] [--force] [--idempotency-key KEY] [--passphrase-file FILE] [--json]

Redeems a link and downloads its file, for scripts. It confirms where a person would have to, and needs no credentials. It
first checks that the file can be written. While the signed URL lives, a broken transfer goes on where it broke off: by itself,
or when you run the same command again. Until the file is complete it is FILE.part. Prints the name of the file; everything else
goes to standard error.

  LINK           the link; - reads it from standard input, where no other process sees it
  -o, --output   a file, a folder, or - for standard output (default: this folder, under the name that the sender gave, with
                 a number if such a file exists)
  --force        replace an existing file
  --idempotency-key KEY
                 identifies this client: with the same key, a link with a receipt returns the same URL again while that
                 URL lives, if --bind allows the address (default: a new key, until the file is complete)
  --passphrase-file FILE
                 a file that only you may read, with the passphrase of the link; - reads it from standard input. No argument or
                 variable has it, because others on this machine could see those (default: asks on a terminal)
  --json         print one line of JSON: {"file", "bytes"}
  -h, --help     print this

  once redeem https://files.example.com/d/...
  once redeem - -o report.pdf < link.txt
  once redeem "$LINK" -o - | tar xz
  once redeem "$LINK" --passphrase-file passphrase.txt

A refused request does not use the link, unless the reason says that it did or that this is unknown. If a response is lost,
the message says what is known of the link. For a link to a folder for a player, downloads only the object that it names. An
edge has two minutes to respond.

A download goes on as long as it brings 1 KiB in two minutes, and takes no more than the announced size or, without one, 1 GiB in
ten minutes. If it breaks off for good, or Ctrl-C ends it, FILE.part keeps the bytes that arrived, and once-ID.resume, beside
it, what is needed to go on. That file opens the rest of the download, so only you can read it, and a link of another host does
not go on with it. It is removed with the last byte, or by a run after the end of the URL. From another address, the download goes on if the link was issued with --bind client.

${exitCodes}
`

/** `once redeem`: redeems a link, for scripts. */
export const redeem: Command<CliPorts> = {
  name: 'redeem',
  summary: 'redeem a link and download its file, for scripts',
  usage,
  options: redeemOptions,
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(args, redeemOptions)
    const { output, force, json } = values
    const { link, nonce } = await linkOf(positionals, ports)
    const passphrase = await passphraseIn(values['passphrase-file'], positionals, ports)
    if (json && output === '-') {
      throw new UsageError('--json: got it with -o -, allowed: only one of them, because both print to standard output')
    }
    const idempotencyKey = keyOf(values['idempotency-key'])
    const signal = ports.interrupts.abortOnInterrupt()
    const options = { output, force, json, advice: adviceFor(idempotencyKey) }
    const context = { ports, options, link, linkId: linkIdOf(nonce), passphrase, idempotencyKey, signal }
    return (await goOnIfPossible(context)) ?? save(await openOutput(options, ports), context)
  },
}

/** Goes on with what an earlier run left; returns undefined if it left nothing. */
async function goOnIfPossible(context: SaveContext): Promise<ExitCode | undefined> {
  const { ports, options, link, linkId } = context
  const folder = await folderOf(options, ports)
  const { origin } = new URL(link)
  const resume = folder === undefined ? undefined : await takeResumeFile(folder, { linkId, origin }, ports)
  if (folder === undefined || resume === undefined) return undefined
  try {
    const { part, file } = resume.state
    const reopened = await reopenOutput({ folder, part, file }, options, ports)
    return await save({ ...reopened, folder, resume }, context)
  } catch (error) {
    await resume.release()
    throw error
  }
}

function adviceFor(idempotencyKey: string | undefined): string {
  const again =
    idempotencyKey === undefined
      ? ''
      : 'if it keeps a receipt, run this again at once with the same --idempotency-key, or '
  return `The link is used: ${again}ask the sender for a new one.`
}

async function fromStandardInput(disk: CliPorts['disk']): Promise<string> {
  try {
    return (await disk.standardInput()).trim()
  } catch (cause) {
    throw new UsageError(`standard input: ${reasonOf(cause)}, allowed: one link`, { cause })
  }
}

async function linkOf(operands: readonly string[], { disk }: CliPorts): Promise<{ link: string; nonce: Nonce }> {
  const [operand, ...others] = operands
  if (operand === undefined || others.length > 0) {
    throw new UsageError(
      `LINK: got ${operands.length} operands, allowed: one link, or - to read it from standard input`,
    )
  }
  const text = operand === '-' ? await fromStandardInput(disk) : operand
  const url = URL.parse(text)
  const nonce = nonceIn(text)
  if (nonce !== undefined && url?.username === '' && (isLoopback(url) || url.protocol === 'https:')) {
    if (takesFile(nonce)) throw new UsageError(takes)
    return { link: text, nonce }
  }
  // Not repeated in the message: a mistyped link may still contain a secret.
  const got = `LINK: got ${text.length} characters that are not a link`
  throw new UsageError(`${got}, allowed: https://HOST/d/ and 43 characters`)
}

const takes =
  'LINK: got one that takes a file, so there is nothing to download, and it was not used: open it in a browser to send the file'

/** Reads a passphrase. Its errors don't repeat it. */
async function passphraseIn(
  file: string | undefined,
  operands: readonly string[],
  { disk }: CliPorts,
): Promise<string | undefined> {
  if (file === undefined) return undefined
  const isInput = file === '-'
  if (isInput && operands.includes('-')) {
    throw new UsageError('--passphrase-file: got - and LINK is -, allowed: one of them from standard input')
  }
  const rule = '--passphrase-file: allowed: a file that only you may read, with one line of text'
  const text = await (isInput ? disk.standardInput() : disk.readPrivate(file)).catch((cause: unknown) => {
    throw new UsageError(`${rule}; got ${reasonOf(cause)}`, { cause })
  })
  if (text === undefined) throw new UsageError(`${rule}; got ${JSON.stringify(file)}, which does not exist`)
  const line = text.replace(/\r?\n$/, '')
  if (/^[^\r\n]+$/.test(line) && line.isWellFormed()) return line
  throw new UsageError(`${rule}; got ${line.split('\n').length} lines, ${line.length} characters`)
}

function keyOf(text: string | undefined): string | undefined {
  if (text === undefined || parseIdempotencyKey(text)?.trim() === text) return text
  throw new UsageError(
    `--idempotency-key: got ${JSON.stringify(text)}, allowed: ${idempotencyKeyRule}, without spaces at the ends`,
  )
}
