import { join } from 'node:path'
import { writeFunctions } from './build.ts'

// `npm run construct`: bundles all functions into construct/functions, from where the construct copies them at synthesis.
await writeFunctions(join(import.meta.dirname, 'functions'))
