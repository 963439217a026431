import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Deployment } from '../shared/deployment.ts'
import { isRegion, type Region, regions, strongRegions } from '../shared/regions.ts'
import type { EmulatorOptions } from './emulator.ts'
import { defaultLagMs } from './dynamodb/replication.ts'

/** Longest lag that can be asked for, in milliseconds: long enough to be watched. */
const maxLagMs = 60_000

/** What `npm start -- --help` prints. */
export const usage = `npm start -- [--port N] [--bucket DIR] [--region NAME]... [--mode home|strong] [--lag MS] [--data DIR]

  --port N       the api's port; edges and S3 take the ones after it (default 8080, 0 for any free ones)
  --bucket DIR   offer the files of this folder, and never write to it (default: a sample)
  --region NAME  one edge and one replica there, repeatable (default us-east-1, eu-west-1, ap-northeast-1)
  --mode MODE    home: each link is redeemed in its home Region, the other replicas follow (default)
                 strong: the three Regions share one strongly consistent table, any may be asked
  --lag MS       mode home: a write reaches the other Regions after so many milliseconds (default ${defaultLagMs})
  --data DIR     keep keys, tables and uploaded files there; without it they end with the process
`

type Mode = Deployment['mode']

const defaultRegions: readonly Region[] = ['us-east-1', 'eu-west-1', 'ap-northeast-1']

/** Reads the command line; throws an error that names the option, what it got and what is allowed. */
export function parseOptions(args: readonly string[]): EmulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      bucket: { type: 'string', default: join(import.meta.dirname, 'bucket') },
      region: { type: 'string', multiple: true, default: [...defaultRegions] },
      mode: { type: 'string', default: 'home' },
      lag: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const mode = parseMode(values.mode)
  return {
    port: parsePort(values.port, values.region.length),
    bucket: parseBucket(values.bucket),
    regions: parseRegions(values.region, mode),
    mode,
    lagMs: parseLag(values.lag, mode),
    data: values.data && resolve(values.data),
  }
}

function parseMode(text: string): Mode {
  if (text === 'home' || text === 'strong') return text
  throw new Error(`--mode: got ${JSON.stringify(text)}, allowed: home, strong`)
}

function parseLag(text: string | undefined, mode: Mode): number | undefined {
  const got = `--lag: got ${JSON.stringify(text)}, allowed:`
  if (mode === 'strong' && text !== undefined) {
    throw new Error(`${got} nothing in mode strong, where no Region lags behind another: all share one table`)
  }
  if (text === undefined) return mode === 'home' ? defaultLagMs : undefined
  const lagMs = Number(text)
  if (/^\d{1,5}$/.test(text) && lagMs <= maxLagMs) return lagMs
  throw new Error(`${got} 0 to ${maxLagMs} milliseconds`)
}

/** Room is left for the edges and for S3. */
function parsePort(text: string, edges: number): number {
  const highest = 65_535 - edges - 1
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= highest) return port
  throw new Error(`--port: got ${JSON.stringify(text)}, allowed: 0 to ${highest}`)
}

function parseBucket(text: string): string {
  const folder = resolve(text)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new Error(`--bucket: got ${JSON.stringify(text)}, allowed: a folder that exists`)
}

function parseRegions(names: readonly string[], mode: Mode): readonly Region[] {
  const known = names.filter(isRegion)
  const unknown = names.find(name => !isRegion(name))
  if (unknown !== undefined) throw new Error(`--region: got ${JSON.stringify(unknown)}, allowed: ${regions.join(', ')}`)
  if (new Set(known).size < known.length) throw new Error('--region: got the same Region twice, allowed: each once')
  if (mode === 'strong') checkMembers(known)
  return known
}

/** What AWS makes strongly consistent; the deployment says so as well, but not by the option's name. */
function checkMembers(chosen: readonly Region[]): void {
  if (chosen.length !== 3) {
    throw new Error(`--region: got ${chosen.length} of them, allowed: exactly three in mode strong, as AWS has it`)
  }
  const outside = chosen.find(region => !strongRegions.includes(region))
  if (outside === undefined) return
  throw new Error(`--region: got ${JSON.stringify(outside)}, allowed in mode strong: ${strongRegions.join(', ')}`)
}
