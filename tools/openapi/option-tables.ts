import { optionNames, options } from '../../shared/options/options.ts'

/** The line before a table that `npm run openapi` writes. */
const marker = '<!-- `npm run openapi` writes this table from shared/options. -->'

const rows = optionNames.map(name => ({ name, ...options[name].words }))

/** Tables of the options of a link, by their page in docs/. */
const tables: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'links.md': [
    ['what', 'field', 'default'],
    ['the object', '`key`', 'required'],
    ...rows.map(({ name, docs: [what, byDefault] }) => [what, `\`${name}\``, byDefault]),
  ],
  'privacy.md': [
    ['attribute', 'what', 'personal data?', 'tests and settings'],
    ...rows.flatMap(({ privacy }) => (privacy === undefined ? [] : [privacy])),
  ],
}

/** The pages in docs/ that have a table of the options. */
export const pagesWithOptions: readonly string[] = Object.keys(tables)

/** Returns the text of a page with its table of the options as it is now. Throws if it has no place for one. */
export function withOptionTable(page: string, text: string): string {
  const [head = [], ...others] = tables[page] ?? []
  const lines = [head, head.map(() => '---'), ...others].map(cells => `| ${cells.join(' | ')} |\n`)
  const [before, after, ...more] = text.split(`${marker}\n\n`)
  if (after === undefined || more.length > 0) throw new Error(`docs/${page} has no line ${marker}, or several`)
  return `${before}${marker}\n\n${lines.join('')}${after.replace(/^(\|.*\n)*/, '')}`
}
