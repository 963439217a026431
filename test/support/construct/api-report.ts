import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

/**
 * Returns the declarations of a folder without comments, file by file: what is public, so that a change of it is seen. `index.d.ts`
 * is first.
 */
export function apiReport(folder: string): string {
  const files = readdirSync(folder).filter(name => name.endsWith('.d.ts'))
  const first = (name: string) => (name === 'index.d.ts' ? '' : name)
  return files
    .toSorted((a, b) => (first(a) < first(b) ? -1 : 1))
    .map(name => `// ${name}\n${withoutComments(name, readFileSync(join(folder, name), 'utf8'))}`)
    .join('\n')
}

function withoutComments(name: string, text: string): string {
  const { comments } = parseSync(name, text)
  const kept = comments.toReversed().reduce((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text)
  return `${kept
    .split('\n')
    .filter(line => line.trim() !== '')
    .join('\n')}\n`
}
