import type { Bind } from '../../../shared/link.ts'
import type { Journey } from './site.ts'

/** A way in which a viewer's address changes, and what the edge has to be for it. */
export interface Situation {
  readonly name: string
  readonly journey: Journey
  /** Whether the edge takes viewers over IPv6 too. Without, CloudFront itself checks addresses, and not the gate. */
  readonly ipv6: boolean
}

const [home, neighbour, stranger, six] = ['127.0.0.1', '127.0.0.2', '127.0.1.1', '::1'] as const

/** Between link and file. */
const changes = {
  'the same address': { link: home, file: home },
  'another of its /24': { link: home, file: neighbour },
  'another address': { link: home, file: stranger },
  'the same IPv6 address': { link: six, file: six },
  'IPv6, then IPv4': { link: six, file: home },
  'IPv4, then IPv6': { link: home, file: six },
} as const satisfies Record<string, Journey>

type Change = keyof typeof changes

/** Bindings under which clients differ: they are columns. */
export const columnsOfBinds: readonly Bind[] = ['client', 'client-only']

/** What every client gets under the other bindings, which the page says in a sentence. */
export const sameForAll: Readonly<Partial<Record<Bind, string>>> = {
  exact: 'its address',
  prefix: 'its network',
  none: 'any address',
}

/** Returns the situations for links of one binding. Addresses that a URL names are also checked by CloudFront alone. */
export function situationsFor(bind: Bind): readonly Situation[] {
  const all = Object.entries(changes).map(([name, journey]) => ({ name, journey, ipv6: true }))
  if (bind !== 'exact' && bind !== 'prefix') return all
  const byCloudFront = all.filter(({ journey }) => !Object.values(journey).includes(six))
  return [...all, ...byCloudFront.map(each => ({ ...each, ipv6: false }))]
}

/** The client opens the link twice, and is somewhere else the second time. */
export const again: Situation = {
  name: 'the link again',
  journey: { link: home, file: home, later: stranger },
  ipv6: true,
}

/** What came of one errand in one situation. */
export interface Result {
  readonly situation: Situation
  /** The file arrived, byte for byte. */
  readonly arrived: boolean
  readonly isUsed: boolean
  /** Why the link was last refused, if it ever was. */
  readonly refused: string | undefined
}

/** In the table: to whom the file goes, as the situations in which it arrives. The link is used in any case. */
const words: Readonly<Record<string, readonly Change[]>> = {
  'any address': Object.keys(changes) as Change[],
  'its network': ['the same address', 'another of its /24', 'the same IPv6 address'],
  'its address': ['the same address', 'the same IPv6 address'],
  nothing: [],
}

/** Returns the word for the results of one client with one binding. Throws if they don't fit any. */
export function wordFor(results: readonly Result[]): string {
  const refusals = new Set(results.map(({ isUsed, refused }) => (isUsed ? undefined : refused)))
  const [refusal] = refusals
  if (refusal !== undefined && refusals.size === 1) return `not used: \`${refusal}\``
  const fits = (arrives: readonly string[]) =>
    results.every(({ situation, arrived, isUsed }) => isUsed && arrived === arrives.includes(situation.name))
  const word = Object.keys(words).find(each => fits(words[each] ?? []))
  if (word !== undefined) return word
  throw new Error(`no word for ${JSON.stringify(results.map(({ situation, ...rest }) => [situation.name, rest]))}`)
}

const columns = ['client', ...columnsOfBinds.map(bind => `\`${bind}\``), 'the link again, elsewhere']

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** Returns the table of clients, and that of its words, as Markdown. */
export function tablesOf(rows: readonly (readonly string[])[]): string {
  const names = Object.keys(changes)
  const legend = Object.entries(words).map(([word, arrives]) => [
    word,
    ...names.map(name => (arrives.includes(name as Change) ? 'file' : '403')),
  ])
  return [markdown([columns, ...rows]), markdown([['word', ...names], ...legend])].join('\n\n')
}

/** Returns a table as Markdown, from rows of which the first is its head. */
export function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const padded = (row: readonly string[]) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  return [padded(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(padded)].join('\n')
}

/** Returns the rows of the first table in a text, by their first cell. */
export function rowsIn(text: string): ReadonlyMap<string, readonly string[]> {
  const [table = ''] = text.trim().split('\n\n')
  const rows = table.split('\n').map(row =>
    row
      .slice(1, -1)
      .split(' | ')
      .map(cell => cell.trim()),
  )
  return new Map(rows.slice(2).map(row => [row[0] ?? '', row]))
}
