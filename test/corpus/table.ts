import type { Shape } from './corpus.ts'
import type { Fate } from './run.ts'

/** What became of the links, a line a shape: how each kind of link was answered, and whether it was spent. */
export function tableOf(
  shapes: readonly Shape[],
  fates: ReadonlyMap<string, { readonly confirm?: Fate; readonly direct?: Fate }>,
): string {
  const rows = shapes.map(({ family, name, announces }) => {
    const { confirm, direct } = fates.get(name) ?? {}
    return [family, name, announces ? 'announces itself' : '', told(confirm), told(direct)]
  })
  const table = [['family', 'name', '', 'with confirmation', 'without'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  return table.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

function told(fate: Fate | undefined): string {
  if (fate === undefined) return 'not tried'
  return `${fate.statuses.map(status => status || '–').join(' ')}${fate.spent ? ' SPENT' : ''}`
}
