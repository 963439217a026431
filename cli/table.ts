import { inOneLine } from './terminal/text.ts'

/** Rows as text, one a line: each column but the last as wide as its widest cell. Cells are shown and not obeyed. */
export function table(raw: readonly (readonly string[])[]): string {
  const rows = raw.map(row => row.map(inOneLine))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n')
}
