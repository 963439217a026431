import { writeFileSync } from 'node:fs'
import { openapiText } from './document.ts'
import { apiPage } from './markdown.ts'

const inDocs = (name: string) => new URL(`../docs/${name}`, import.meta.url)

// `npm run openapi`. A test compares docs/ with what this writes.
writeFileSync(inDocs('openapi.json'), openapiText())
writeFileSync(inDocs('api.md'), apiPage())
