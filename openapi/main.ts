import { writeFileSync } from 'node:fs'
import { openapiText } from './document.ts'
import { apiPage } from './markdown.ts'

const inDocs = (name: string) => new URL(`../docs/${name}`, import.meta.url)

// `npm run openapi`: a test holds what is in docs/ against what this would write.
writeFileSync(inDocs('openapi.json'), openapiText())
writeFileSync(inDocs('api.md'), apiPage())
