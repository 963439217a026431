import type { ParseArgsOptionsConfig } from 'node:util'
import { type IssuedLink, type NewLink, ProblemError } from '../../client/client.ts'
import { withPreset } from '../../client/presets.ts'
import { durationText, worksFor } from '../../shared/texts/capability-text.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Command, exitCodes, UnreachableError, UsageError } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'
import { createCheckMeter } from '../terminal/meter.ts'
import { singleLine } from '../terminal/text.ts'
import { forEach } from './operands.ts'
import { itemsIn } from './issue-folder.ts'
import type { IssueItem } from './issue-items.ts'
import { linkFieldsOf, linkOptions, linkOptionsUsage, withOptionalValues } from './issue-options.ts'
import { type IssueContext, issueWithFile } from './issue-with-file.ts'
import { type ApiFinder, apiOptions, apiUsage, offeredBy, openApi, withLocalOrigin } from './link-api.ts'

const issueOptions = {
  key: { type: 'string', short: 'k', multiple: true },
  replace: { type: 'boolean', default: false },
  to: { type: 'string' },
  zip: { type: 'boolean', default: false },
  ...linkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usageOf = (finder: { readonly usage: string }) => `once issue (FILE... | -) [--key KEY [--replace]] [options]
once issue --key KEY... [options]
once issue (FILE | --key KEY) --to people.csv [options]
once issue (FILE | FOLDER)... --zip [options]
once issue FOLDER --media [options]

Uploads files and issues a link for each, or issues links for existing objects. Prints only the links, one per line, and the
passphrases that --passphrase makes, each after its link. Each link is a secret and is printed only once. Details go to standard
error. A link delivers the version of its object that was uploaded, or that was the latest when it was issued, whatever is
written under its key later. Once it is opened, its download works for a limited time, which is printed: with --bind client long
enough for a slow line, and it can go on after a break.

Where files are checked for malware, a link is issued after the check. The command waits for it, at most half an hour; it may be
interrupted, and the same command goes on.

  FILE                a file to upload; -: standard input, alone, whose name is that of --filename or --key (default: file)
  -k, --key KEY       the object's key (default: one that the API draws, with the file's name at its end); if it ends in a
                      slash, the folder of the object. It must have no object yet. Without FILE, the key of an existing
                      object; repeatable
  --replace           upload also if the key has an object
  --to CSV            issue a link for each row of people.csv, and write people.links.csv beside it: the rows with link, end and
                      id. Its columns reference and passphrase count, one at least (an empty passphrase is made); others, such as
                      names, stay on this machine. If a run fails, the same command issues what is missing
  --zip               upload files, and what is in folders, as one zip, named by --filename, the only folder, or files.zip
  --media             with a folder: upload what is in it, and issue one link for the playlist at its top
${linkOptionsUsage}
${apiUsage(finder, { column: 22 })}

  once issue report.pdf
  once issue --for phone report.pdf
  pg_dump orders | once issue --for program --filename orders.sql -
  once issue --expires-in 2d --key 2026/11/ *.pdf
  once issue --passphrase report.pdf
  once issue report.pdf --to people.csv
  once issue --zip report.pdf pictures/
  once issue --media film/
  once issue --local --plain --key hello.txt | xargs curl -L
  once issue --media --key films/one/index.m3u8 --reference "order 7" --json

${exitCodes}
`

/** `once issue`: uploads files and issues links for them, or issues links for existing objects. */
export const issue = <P extends CliPorts>(finder: ApiFinder<P>): Command<P> => ({
  name: 'issue',
  summary: 'upload files and issue links',
  usage: usageOf(finder),
  options: offeredBy(finder, issueOptions),
  async run(args, ports) {
    const options = offeredBy(finder, issueOptions)
    const { values, positionals } = parseWithOperands(withLocalOrigin(withOptionalValues(args)), options)
    const fields = linkFieldsOf(values)
    const afterPassphrase = positionals.find(operand => args[args.indexOf(operand) - 1] === '--passphrase')
    const items = await itemsIn(positionals, { ...values, media: fields.media, afterPassphrase }, ports)
    requireOneUse(positionals, values, fields)
    const { client, host } = await openApi(finder, values, ports)
    if (host !== undefined) ports.info(`API: ${host}`)
    const signal = ports.interrupts.abortOnInterrupt()
    const inBatch = positionals.length === 0 && items.length > 1
    const context = { client, ports, replace: values.replace, signal }
    if (values.to !== undefined) {
      const { issueToEach } = await import('./issue-to-each.ts')
      return issueToEach(values.to, { items, fields, options }, context)
    }
    const issueNext = inBatch ? issuerOfBatch(items, fields, context) : undefined
    const act = async ({ file, ...named }: IssueItem) => {
      const input = { ...withPreset({ ...named, ...fields }, file?.bytes), key: named.key }
      const { key = named.key, ...link }: IssuedLink & { readonly key?: string } = await unlessInterrupted(
        () => issueNext?.() ?? (file === undefined ? issueStored(input, context) : issueWithFile(file, input, context)),
        { ...named, file, signal },
      )
      ports.print(values.json ? JSON.stringify({ key, ...link }) : textOf(link))
      ports.info(singleLine(`${key}: ${describe(link, { ...input, for: fields.for }, ports.clock.now())}`))
      if (link.advice !== undefined) ports.info(singleLine(`${key}: ${link.advice}`))
      if (file?.bytes === 0) ports.info(singleLine(`${key}: the file is empty`))
      if (!link.pinned) ports.info(singleLine(`${key}: ${unpinned}`))
    }
    return forEach(items, act, { nameOf: ({ key }) => key, options, info: ports.info })
  },
})

async function issueStored(input: NewLink, { client, ports, signal }: IssueContext): Promise<IssuedLink> {
  const { onCheck, clear } = createCheckMeter(input.key, ports)
  return client.issue(input, { signal, onCheck }).finally(clear)
}

/** Says what a person who sends the link should know: until when, from where, for how long and for whom it works. */
function describe(link: IssuedLink, input: Omit<NewLink, 'key'>, now: EpochMs): string {
  const confirmation = input.confirm === true ? ['asks for a confirmation'] : []
  return [...termsOf(link, input, now), ...confirmation, worksFor(link)].join(', ')
}

/** Says of each link which it is, until when and from where it works, and for which way it was made. */
export function termsOf(
  { id, expiresAt, homeRegion }: IssuedLink,
  { for: way, network }: Pick<NewLink, 'for' | 'network'>,
  now: EpochMs,
): readonly string[] {
  const left = Math.round((Date.parse(expiresAt) - now) / 60_000) * 60
  return [
    id,
    `expires ${expiresAt} (in ${durationText(left)})`,
    `home ${homeRegion}`,
    way === undefined ? 'plain' : `for ${way}`,
    ...(network === undefined ? [] : [`opens from ${network} only`]),
  ]
}

/** Returns a link, and on a line of its own the passphrase that the API made, which nothing else shows again. */
export function textOf({ url, passphrase }: IssuedLink): string {
  return [url, ...(passphrase === undefined ? [] : [`passphrase: ${passphrase}`])].map(singleLine).join('\n')
}

/** What `pinned: false` means. */
const unpinned = 'the link names no version, so it delivers what is under this key when it is opened'

/**
 * Returns a function that resolves to the link of one item after the other, in order, or rejects with why there is none. Objects that
 * exist need no upload, so a hundred links take one request.
 */
function issuerOfBatch(
  items: readonly IssueItem[],
  fields: Omit<NewLink, 'key'>,
  { client, ports, signal }: IssueContext,
): () => Promise<IssuedLink> {
  const links = items.map(({ key }) => ({ ...fields, key }))
  const { onCheck, clear } = createCheckMeter(`${links.length} objects`, ports)
  const results = client.issueMany(links, { signal, onCheck })
  let failure: unknown
  return async () => {
    const { value } = await results
      .next()
      .catch((error: unknown) => {
        failure = error
        throw error
      })
      .finally(clear)
    // A batch that failed as a whole ended them all.
    if (value === undefined) throw failure
    if ('link' in value) return value.link
    throw new ProblemError({ ...value.problem, attempts: 1 })
  }
}

async function unlessInterrupted(
  issueOne: () => Promise<IssuedLink>,
  { key, file, signal }: IssueItem & Pick<IssueContext, 'signal'>,
): Promise<IssuedLink> {
  try {
    return await issueOne()
  } catch (error) {
    if (!signal.aborted) throw error
    // A link may exist. It was never printed, and expires.
    const remains = file === undefined ? '' : '; the same command goes on for a day, unless it reads standard input'
    const message = `interrupted: no link for ${JSON.stringify(key)} and anything after it${remains}`
    throw new UnreachableError(message, { cause: error })
  }
}

/** Throws if an option would have no effect, or would apply to several objects at once. */
function requireOneUse(
  files: readonly string[],
  { key: keys = [], replace }: { readonly key?: readonly string[]; readonly replace: boolean },
  { versionId, allowMissing }: Omit<NewLink, 'key'>,
): void {
  if (replace && (files.length === 0 || keys.length === 0)) {
    throw new UsageError('--replace: got it alone, allowed: with FILE and --key')
  }
  const option = versionId !== undefined ? '--version-id' : allowMissing === true ? '--allow-missing' : undefined
  if (option !== undefined && files.length > 0) {
    throw new UsageError(
      `${option}: got it with FILE, allowed: with --key alone, because the link is for the uploaded version`,
    )
  }
  if (versionId !== undefined && keys.length > 1) {
    throw new UsageError(`--version-id: got it with ${keys.length} keys, allowed: with one`)
  }
}
