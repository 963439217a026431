import { createHash } from 'node:crypto'
import { basename, join, parse } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ParseArgsOptionsConfig } from 'node:util'
import { isRetryable } from '../../client/batches.ts'
import { checkFields } from '../../client/check-fields.ts'
import { type BatchedLink, type NewLink, ProblemError } from '../../client/client.ts'
import { withPreset } from '../../client/presets.ts'
import { isOfCheck } from '../../client/problem.ts'
import { type ExitCode, UnreachableError, UsageError } from '../command.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf, refusalOf } from '../terminal/errors.ts'
import { createCheckMeter } from '../terminal/meter.ts'
import type { IssueItem } from './issue-items.ts'
import { type IssueContext, upload } from './issue-with-file.ts'
import { parsePeople, type People, type Row } from './people-file.ts'

/** What each row gets, and the options of the command. */
interface Mailing {
  readonly items: readonly IssueItem[]
  readonly fields: Omit<NewLink, 'key'>
  readonly options: ParseArgsOptionsConfig
}

/** Links of one request, at most (docs/openapi.json, POST /links/batch), and bytes of a table. */
const batchSize = 100
const maxTableBytes = 16 * 1024 * 1024

const hash = (...parts: readonly unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex')
const withoutLink = (rows: readonly Row[]) => rows.filter(({ added: [link = ''] }) => link === '')

/**
 * Issues a link for each row of a table, and writes the rows with their links beside it, for this user alone, after each batch. Rows that
 * have a link there keep it. A batch whose response was lost has the same Idempotency-Key when the command is repeated, and so the same
 * links. Reports rows that the API refuses; then resolves to 3. Rejects with a `UsageError` before anything is uploaded or issued.
 */
export async function issueToEach(table: string, mailing: Mailing, context: IssueContext): Promise<ExitCode> {
  const { fields, options } = mailing
  const { client, ports, signal } = context
  const { file, ...named } = onlyItem(mailing)
  const { path, people, seed } = await openTables(table, ports)
  const { rows } = people
  const inputOf = (key: string) => withPreset({ ...named, ...fields, key }, file?.bytes)
  const onBegin = async (key: string) => checkFields(client, inputOf(key), { signal })
  try {
    if (file === undefined) await onBegin(named.key)
    const { key } = file === undefined ? named : await upload(file, named.key, { ...context, onBegin, seed })
    const input = inputOf(key)
    for (let first = 0; first < rows.length; first += batchSize) {
      const pending = withoutLink(rows.slice(first, first + batchSize))
      await issueBatch(pending, { input, people, options, seed: `${seed} ${first}` }, context)
      await ports.disk.writePrivate(path, people.text(), { replace: true })
    }
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.reason === 'object-refused'
    // With the same seed, another file would not be uploaded.
    const next = isRefused
      ? `To send another file, move ${path} away first`
      : `To go on, run the same command again within a day. The links so far are in ${path}`
    ports.info(next)
    throw signal.aborted ? new UnreachableError('interrupted', { cause: error }) : error
  }
  const refused = withoutLink(rows).length
  const way = fields.for === undefined ? 'plain' : `for ${fields.for}`
  ports.print(path)
  const isSecret = people.columnOf('passphrase') >= 0 || fields.passphrase !== undefined
  const each = isSecret ? ', each with a passphrase' : ''
  ports.info(`${rows.length - refused} of ${rows.length} rows have a link, ${way}${each}`)
  return refused === 0 ? 0 : 3
}

function onlyItem({ items: [item, ...others] }: Mailing): IssueItem {
  const isKnown = item?.file === undefined || item.file.modifiedAt !== undefined
  if (item !== undefined && others.length === 0 && isKnown && (item.file?.drawsKey ?? true)) return item
  throw new UsageError('--to: allowed with one FILE, with --zip, or with one --key of an existing object')
}

/**
 * Reads a table, and the one beside it that an earlier run left, or creates that. Its rows without a link have, in place of the id, the
 * seed of their mailing: random text, from which the Idempotency-Keys of its upload and its batches are derived.
 */
async function openTables(table: string, { disk, random }: CliPorts) {
  const { dir, name } = parse(table)
  const path = join(dir, `${name}.links.csv`)
  try {
    if (((await disk.stat(table))?.bytes ?? 0) > maxTableBytes) throw new Error(`more than ${maxTableBytes} bytes`)
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await buffer(disk.read(table)))
    const saved = await disk.readPrivate(path, maxTableBytes)
    const people = parsePeople(text, saved)
    const fresh = saved === undefined ? Buffer.from(random(16)).toString('hex') : undefined
    const seed = fresh ?? /\bpending ([0-9a-f]{32})\b/.exec(saved ?? '')?.[1]
    if (seed === undefined) throw new Error(`${path} is complete: to issue new links, move it away`)
    for (const row of withoutLink(people.rows)) row.added[2] = `pending ${seed}`
    const isAlone = saved !== undefined || (await disk.writePrivate(path, people.text(), { replace: false }))
    if (!isAlone) throw new Error('another run has just begun')
    return { path, people, seed }
  } catch (cause) {
    const allowed = `a table as CSV UTF-8, and beside it none, or that of a run that failed: ${path}`
    throw new UsageError(`--to: got ${JSON.stringify(table)}: ${reasonOf(cause)}, allowed: ${allowed}`, { cause })
  }
}

/** What the links of some rows share. */
interface Batch extends Pick<Mailing, 'options'> {
  readonly input: NewLink
  readonly people: People
  readonly seed: string
}

/** Issues links for rows, and fills them in; reports refusals. */
async function issueBatch(
  rows: readonly Row[],
  { input, people, seed, options }: Batch,
  { client, ports, signal }: IssueContext,
) {
  const passphrase = people.columnOf('passphrase')
  const links = rows.map(({ cells }): NewLink => {
    const reference = cells[people.columnOf('reference')]?.trim() ?? ''
    const own = passphrase >= 0 && { passphrase: cells[passphrase]?.trim() || true }
    return { ...input, ...(reference !== '' && { reference }), ...own }
  })
  const idempotencyKey = hash(
    seed,
    rows.map(({ line }) => line),
    links,
  )
  const results: BatchedLink[] = []
  const { onCheck, clear } = createCheckMeter(basename(input.key), ports)
  try {
    for await (const result of client.issueMany(links, { idempotencyKey, signal, onCheck })) results.push(result)
  } finally {
    clear()
  }
  // All rows name the same object.
  const failed = results.find(each => isRetryable(each) || ('problem' in each && isOfCheck(each.problem)))
  // The links that were issued come again with this key, and only with it: so none of the batch is written.
  if (failed !== undefined && 'problem' in failed) throw new ProblemError({ ...failed.problem, attempts: 1 })
  // The table has these two, not the command line.
  const { reference: _, passphrase: __, ...others } = options
  for (const [index, row] of rows.entries()) {
    const result = results[index]
    if (result !== undefined && 'link' in result) {
      const { url, expiresAt, id, passphrase: made = '' } = result.link
      row.added = [url, expiresAt, id, passphrase < 0 ? made : '']
      if (passphrase >= 0 && made !== '') row.cells[passphrase] = made
    } else if (result !== undefined) {
      const [title, ...lines] = refusalOf(new ProblemError({ ...result.problem, attempts: 1 }), others)
      ports.info(`line ${row.line}: ${title}: ${lines.join('; ')}`)
    }
  }
}
