import type { Verdict } from './limits.ts'
import type { Row, Table, Unit } from './measurement.ts'
import { ratio, summarize } from './statistics.ts'

/** Where and when a report was made, without names of machines or people. */
interface Setting {
  /** `2026-11-24` */
  readonly date: string
  /** `v24.21.0` */
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly rounds: number
  readonly seconds: number
}

/** All results of a run. */
export interface Report {
  readonly setting: Setting
  readonly tables: readonly Table[]
  readonly verdicts: readonly Verdict[]
}

/** Formats the report as Markdown with aligned tables, which are readable in a terminal, too. */
export function render({ setting, tables, verdicts }: Report): string {
  const { date, node, cpu, cores, rounds, seconds } = setting
  const head = `${date}, Node.js ${node}, ${cpu}, ${cores} cores; ${rounds} rounds in ${Math.round(seconds)} s.`
  return [head, legendOf(tables), ...tables.map(renderTable), '### Limits', renderVerdicts(verdicts)].join('\n\n')
}

function legendOf(tables: readonly Table[]): string {
  const medians = 'Medians of the rounds, with the lowest and highest in brackets.'
  const ratios = 'A ratio is the first column divided by the second.'
  return tables.some(hasRatio) ? `${medians} ${ratios}` : medians
}

function hasRatio({ columns }: Table): boolean {
  return columns.length === 2
}

function renderTable(table: Table): string {
  const { title, columns, rows, notes } = table
  const cells = rows.map(row => [
    `${row.name}, ${row.unit}`,
    ...row.values.map(values => cellOf(row, values)),
    ...(hasRatio(table) ? [ratioOf(row)] : []),
  ])
  const lines = alignedRows([['', ...columns, ...(hasRatio(table) ? ['ratio'] : [])], ...cells])
  return [`### ${title}`, '', ...lines, ...notes.flatMap(note => ['', note])].join('\n')
}

/** Formats a Markdown table with right-aligned numbers. The first of `rows` is its head. */
function alignedRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const padded = rows.map(row =>
    line(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))),
  )
  const rule = line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)))
  return [padded[0] ?? '', rule, ...padded.slice(1)]
}

function cellOf({ unit }: Row, values: readonly number[]): string {
  const { median, min, max } = summarize(values)
  const show = (value: number) => formatIn(unit, value)
  return show(min) === show(max) ? show(median) : `${show(median)} (${show(min)}..${show(max)})`
}

function ratioOf({ values: [left = [], right = []] }: Row): string {
  const value = ratio(left, right)
  return Number.isFinite(value) ? formatRatio(value) : ''
}

const fractions: Readonly<Record<Unit, number>> = {
  µs: 0,
  ms: 2,
  bytes: 0,
  MB: 1,
  calls: 3,
}

/** Formats a value for people: separated thousands, significant digits only. */
function formatIn(unit: Unit, value: number): string {
  const maximumFractionDigits = unit === 'ms' && value >= 100 ? 0 : fractions[unit]
  const minimumFractionDigits = unit === 'calls' ? 0 : maximumFractionDigits
  return value.toLocaleString('en', { minimumFractionDigits, maximumFractionDigits })
}

function formatRatio(value: number): string {
  if (value === 0 || value >= 100) return value.toFixed(0)
  return value.toFixed(value < 0.1 ? 3 : 2)
}

function renderVerdicts(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ verdict, promise, got, relation, limit, unit }) => {
    const figure = got.toLocaleString('en', { maximumFractionDigits: got < 100 ? 3 : 0 })
    return `- ${verdict}: ${promise}: ${figure}; ${relation} ${limit.toLocaleString('en')} ${unit}`
  })
  return lines.join('\n')
}
