import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const made = /(?<=<!-- made by npm run clients -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/

/** Whether the run writes the tables: it is by `npm run clients`. */
export const isUpdate = process.env['UPDATE_CLIENTS'] !== undefined

/** Returns the text of the table that a page of docs/ has. */
export function readTable(page: string): string {
  return made.exec(readFileSync(pathOf(page), 'utf8'))?.[0] ?? ''
}

/** Writes the text of a table into its page. */
export function writeTable(page: string, text: string): void {
  const before = readFileSync(pathOf(page), 'utf8')
  writeFileSync(
    pathOf(page),
    before.replace(made, () => text),
  )
}

const pathOf = (page: string) => join(import.meta.dirname, '../../../docs', page)
