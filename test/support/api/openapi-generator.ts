import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const modules = join(dirname(createRequire(import.meta.url).resolve('#tools')), 'node_modules')

/** The command line of openapi-typescript, for Node.js. */
export const openapiTypescript = join(modules, 'openapi-typescript/bin/cli.js')

/** Folder of openapi-fetch, which calls an API by those types. */
export const openapiFetch = join(modules, 'openapi-fetch')

/** Why types can't be generated here; undefined if they can. */
export const missingOpenapiTypescript =
  existsSync(openapiTypescript) && existsSync(openapiFetch) && existsSync(join(modules, 'typescript'))
    ? undefined
    : 'openapi-typescript is not installed (npm ci --prefix tools)'
