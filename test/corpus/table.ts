import type { Shape } from './corpus.ts'
import type { Fate } from './run.ts'

/** Formats the state of the links, one line a shape: the statuses for each kind of link, and whether it is spent. */
export function tableOf(
  shapes: readonly Shape[],
  fates: ReadonlyMap<string, { readonly confirm?: Fate; readonly direct?: Fate }>,
): string {
  const rows = shapes.map(({ family, name, announces }) => {
    const { confirm, direct } = fates.get(name) ?? {}
    return [family, name, announces ? 'declares itself' : '', format(confirm), format(direct)]
  })
  const table = [['family', 'name', '', 'with confirmation', 'without'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  return table.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

function format(fate: Fate | undefined): string {
  if (fate === undefined) return 'not tried'
  return `${fate.statuses.map(status => status || '–').join(' ')}${fate.spent ? ' SPENT' : ''}`
}
