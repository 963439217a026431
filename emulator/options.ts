import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isRegion, type Region, regions } from '../shared/regions.ts'
import type { EmulatorOptions } from './emulator.ts'

/** What `npm start -- --help` prints. */
export const usage = `npm start -- [--port N] [--bucket DIR] [--region NAME]... [--data DIR]

  --port N       the api's port; edges take the ones after it (default 8080, 0 for any free ones)
  --bucket DIR   offer the files of this folder (default: a sample)
  --region NAME  one edge and one replica there, repeatable (default us-east-1, eu-west-1, ap-northeast-1)
  --data DIR     keep keys and tables there; without it they end with the process
`

const defaultRegions: readonly Region[] = ['us-east-1', 'eu-west-1', 'ap-northeast-1']

/** Reads the command line; throws an error that names the option, what it got and what is allowed. */
export function parseOptions(args: readonly string[]): EmulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      bucket: { type: 'string', default: join(import.meta.dirname, 'bucket') },
      region: { type: 'string', multiple: true, default: [...defaultRegions] },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    port: parsePort(values.port, values.region.length),
    bucket: parseBucket(values.bucket),
    regions: parseRegions(values.region),
    data: values.data && resolve(values.data),
  }
}

function parsePort(text: string, edges: number): number {
  const highest = 65_535 - edges
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= highest) return port
  throw new Error(`--port: got ${JSON.stringify(text)}, allowed: 0 to ${highest}`)
}

function parseBucket(text: string): string {
  const folder = resolve(text)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new Error(`--bucket: got ${JSON.stringify(text)}, allowed: a folder that exists`)
}

function parseRegions(names: readonly string[]): readonly Region[] {
  const known = names.filter(isRegion)
  const unknown = names.find(name => !isRegion(name))
  if (unknown !== undefined) throw new Error(`--region: got ${JSON.stringify(unknown)}, allowed: ${regions.join(', ')}`)
  if (new Set(known).size < known.length) throw new Error('--region: got the same Region twice, allowed: each once')
  return known
}
