import { writeFileSync } from 'node:fs'
import { openapiText } from './document.ts'

// `npm run openapi`. A test compares the document with what this writes.
writeFileSync(new URL('../../docs/openapi.json', import.meta.url), openapiText())
