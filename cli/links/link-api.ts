import type { ParseArgsOptionsConfig } from 'node:util'
import type { Client } from '../../client/client.ts'
import { apiStage, physicalNames } from '../../infra/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../infra/settings.ts'
import { isRegion, type Region, regions } from '../../shared/regions.ts'
import { UnreachableError, UsageError } from '../command.ts'
import { commonOptions, commonUsage, oneOf, originIn, settingsWith, withValueFor } from '../options.ts'
import type { Upload } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'

/** Where `npm start` serves when it isn't told otherwise. */
const localOrigin = 'http://127.0.0.1:8080'

/** The options of all commands that ask the api. */
export const apiOptions = {
  local: { type: 'string' },
  api: { type: 'string' },
  region: { type: 'string' },
  ...commonOptions,
} as const satisfies ParseArgsOptionsConfig

/** Where what is said of an option begins, in `commonUsage`. */
const usualColumn = 17

/** What `--help` says of them, beginning in the column in which the command's own options are explained. */
export function apiUsage(column: number = usualColumn): string {
  const usage = `  --local [URL]  ask the emulator that npm start runs (default ${localOrigin}), and not AWS
  --api URL      ask this api, https://ID.execute-api.REGION.amazonaws.com/${apiStage}, and do not look for it
  --region NAME  ask the api of this Region (default the first in which links are issued)
${commonUsage}`
  const cells = usage.split('\n').map(line => [line.slice(0, usualColumn), line.slice(usualColumn)] as const)
  return cells.map(([option, text]) => `${option.padEnd(column)}${text}`).join('\n')
}

/** The api that a command line means, and a place for files behind it. */
export interface LinkApi {
  readonly client: Client
  upload(upload: Upload): Promise<void>
}

/** Which api is meant. */
export interface Address {
  readonly local?: string | undefined
  readonly api?: string | undefined
  readonly region?: string | undefined
  readonly context?: readonly string[] | undefined
}

/**
 * `--local` alone is `--local` with the usual address. What stands behind it is its value if it is an address without a path:
 * links have one.
 */
export function withLocalOrigin(args: readonly string[]): readonly string[] {
  const isValue = (text: string) => originIn(text) !== undefined && URL.parse(text)?.pathname === '/'
  return withValueFor(args, '--local', { usual: localOrigin, isValue })
}

/** Finds the api. Rejects with a `UsageError`, with `CannotAsk` when there is none, and with AWS's error. */
export async function openApi(address: Address, ports: Ports): Promise<LinkApi> {
  const { local, api, region, context } = address
  if (local === undefined) return openDeployed(address, ports)
  if (api !== undefined || region !== undefined || context !== undefined) {
    throw new UsageError('--local: got it together with --api, --region or -c, allowed: alone, since it asks no AWS')
  }
  const origin = await ports.apis.emulatorAt(parseOrigin(local, '--local'))
  const client = ports.apis.local(origin)
  return { client, upload: upload => ports.uploads.toEmulator(upload, origin) }
}

async function openDeployed({ api, region, context }: Address, ports: Ports): Promise<LinkApi> {
  const settings = settingsWith(context)
  const chosen = region === undefined ? undefined : oneOf(region, '--region', regions)
  const given = api === undefined ? undefined : parseOrigin(api, '--api')
  const here =
    chosen ??
    (given === undefined ? undefined : regionIn(given)) ??
    apiRegionsOf(settings)[0] ??
    settings.homeRegions[0]
  const client = ports.apis.deployed(given ?? (await findApi(settings, here, ports)), here)
  return {
    client,
    async upload(upload) {
      const [home] = settings.homeRegions
      const { contentBucket } = physicalNames(settings.name, await ports.aws.account())
      await ports.uploads.toBucket(upload, { name: contentBucket(home), region: home })
    },
  }
}

async function findApi({ name }: Settings, region: Region, { aws }: Ports): Promise<string> {
  const found = (await aws.restApis.named(name, region)).filter(each => each.stage !== undefined)
  const [api, ...others] = found
  if (api === undefined) {
    throw new UnreachableError(
      `there is no api ${name} in ${region}: npm run deploy makes one, --region or --api names another`,
    )
  }
  if (others.length > 0) {
    throw new UnreachableError(
      `there are ${found.length} apis ${name} in ${region}: --api says which, ids ${ids(found)}`,
    )
  }
  return `https://${api.id}.execute-api.${region}.amazonaws.com/${apiStage}`
}

function ids(apis: readonly { readonly id: string }[]): string {
  return apis.map(({ id }) => id).join(', ')
}

function parseOrigin(text: string, option: string): string {
  const origin = originIn(text)
  if (origin !== undefined) return origin
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: https://HOST/PATH, or http://127.0.0.1:PORT`)
}

function regionIn(origin: string): Region | undefined {
  const [, region = ''] = /\.execute-api\.([a-z0-9-]+)\./.exec(origin) ?? []
  return isRegion(region) ? region : undefined
}
