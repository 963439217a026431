import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFunctions } from './build.ts'

// `npm run construct`: bundles all functions into infra/code/functions, from where the construct copies them at synthesis. With `--report`,
// writes their sizes in bytes to infra/code/function-sizes.json, so that a diff shows when one grows.
const sizes = await writeFunctions(join(import.meta.dirname, 'functions'))
if (process.argv.includes('--report')) {
  writeFileSync(join(import.meta.dirname, 'function-sizes.json'), `${JSON.stringify(sizes, undefined, 2)}\n`)
}
