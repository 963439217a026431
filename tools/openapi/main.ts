import { readFileSync, writeFileSync } from 'node:fs'
import { openapiText } from './document.ts'
import { pagesWithOptions, withOptionTable } from './option-tables.ts'

// `npm run openapi`. A test compares the document and the tables with what this writes.
const docs = new URL('../../docs/', import.meta.url)
writeFileSync(new URL('openapi.json', docs), openapiText())
for (const page of pagesWithOptions) {
  const file = new URL(page, docs)
  writeFileSync(file, withOptionTable(page, readFileSync(file, 'utf8')))
}
