import type { ParseArgsOptionsConfig } from 'node:util'
import type { Client } from '../../client/client.ts'
import { apiStage, physicalNames } from '../../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../infra/settings/settings.ts'
import { maxObjectBytes, maxPutBytes } from '../../shared/limits.ts'
import { isRegion, type Region, regions } from '../../shared/regions.ts'
import { UnreachableError, UsageError } from '../command.ts'
import {
  commonOptions,
  commonUsage,
  loopbackOriginIn,
  oneOf,
  originIn,
  settingsWith,
  withValueFor,
} from '../options.ts'
import { ownAccount } from '../own-account.ts'
import type { Upload, UploadBucket, UploadResult } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'

/** Default address of `npm start`. */
const localOrigin = 'http://127.0.0.1:8080'

/** The options of all commands that call the API. */
export const apiOptions = {
  local: { type: 'string' },
  api: { type: 'string' },
  region: { type: 'string' },
  ...commonOptions,
} as const satisfies ParseArgsOptionsConfig

/** Column in which `commonUsage` explains options. */
const defaultColumn = 17

/** Explains them in `--help`, starting in this column, like the command's own options. */
export function apiUsage(column: number = defaultColumn): string {
  const usage = `  --local [URL]  use the emulator of npm start (default ${localOrigin}) instead of AWS
  --api URL      use this API, https://ID.execute-api.REGION.amazonaws.com/${apiStage}, without searching for it
  --region NAME  use the API of this Region (default: the first that has one)
${commonUsage}`
  const cells = usage.split('\n').map(line => [line.slice(0, defaultColumn), line.slice(defaultColumn)] as const)
  return cells.map(([option, text]) => `${option.padEnd(column)}${text}`).join('\n')
}

/** The API that a command line selects. */
export interface LinkApi {
  readonly client: Client
  /** Size of the largest file that `upload` takes, in bytes. */
  readonly maxFileBytes: number
  /** Uploads a file to the bucket behind the API. */
  upload(upload: Upload): Promise<UploadResult>
}

/** The API of a deployment, and what is behind it. */
export interface DeployedApi extends LinkApi {
  readonly settings: Settings
  /** The Region of the API. */
  readonly region: Region
  /** Returns the bucket for uploads. */
  bucket(): Promise<UploadBucket>
}

/** The options that select an API. */
export interface Address {
  readonly local?: string | undefined
  readonly api?: string | undefined
  readonly region?: string | undefined
  readonly context?: readonly string[] | undefined
}

/** Expands `--local` without a value to the default address. The next argument is its value if it has no path: links have one. */
export function withLocalOrigin(args: readonly string[]): readonly string[] {
  const isValue = (text: string) => originIn(text) !== undefined && URL.parse(text)?.pathname === '/'
  return withValueFor(args, '--local', { default: localOrigin, isValue })
}

/** Finds the API. Rejects with a `UsageError`, with an `UnreachableError` if there is none, or with AWS's error. */
export async function openApi(address: Address, ports: Ports): Promise<LinkApi> {
  const { local, api, region, context } = address
  if (local === undefined) return openDeployed(address, ports)
  if (api !== undefined || region !== undefined || context !== undefined) {
    throw new UsageError(
      '--local: got it with --api, --region or -c, allowed: without them, because it does not use AWS',
    )
  }
  const origin = await ports.apis.emulatorAt(parseLocalOrigin(local))
  const client = ports.apis.local(origin)
  return { client, maxFileBytes: maxPutBytes, upload: upload => ports.uploads.toEmulator(upload, origin) }
}

/** Finds the API of a deployment, as `openApi` does. */
export async function openDeployed({ api, region, context }: Address, ports: Ports): Promise<DeployedApi> {
  const settings = settingsWith(context)
  const chosen = region === undefined ? undefined : oneOf(region, '--region', regions)
  const given = api === undefined ? undefined : parseOrigin(api)
  const apiRegion =
    chosen ??
    (given === undefined ? undefined : regionIn(given)) ??
    apiRegionsOf(settings)[0] ??
    settings.homeRegions[0]
  if (given === undefined && settings.account !== undefined) await ownAccount(settings, ports.aws)
  const client = ports.apis.deployed(given ?? (await findApi(settings, apiRegion, ports)), apiRegion)
  const bucket = async () => {
    const [home] = settings.homeRegions
    const owner = await ownAccount(settings, ports.aws)
    return { name: physicalNames(settings.name, owner).contentBucket(home), region: home, owner }
  }
  const upload = async (file: Upload) => ports.uploads.toBucket(file, await bucket())
  return { client, settings, region: apiRegion, bucket, maxFileBytes: maxObjectBytes, upload }
}

async function findApi({ name }: Settings, region: Region, { aws }: Ports): Promise<string> {
  const found = (await aws.restApis.named(name, region)).filter(each => each.isDeployed)
  const [api, ...others] = found
  if (api === undefined) {
    throw new UnreachableError(
      `no API named ${name} in ${region}: deploy one with npm run deploy, or choose another with --region or --api`,
    )
  }
  if (others.length > 0) {
    const ids = found.map(({ id }) => id).join(', ')
    throw new UnreachableError(
      `${found.length} APIs named ${name} in ${region}: choose one with --api; their ids are ${ids}`,
    )
  }
  return `https://${api.id}.execute-api.${region}.amazonaws.com/${apiStage}`
}

function parseOrigin(text: string): string {
  const origin = originIn(text)
  if (origin !== undefined) return origin
  throw new UsageError(`--api: got ${JSON.stringify(text)}, allowed: https://HOST/PATH, or http://127.0.0.1:PORT`)
}

/** An emulator gets files and issues links without credentials, so it must be on this machine. */
function parseLocalOrigin(text: string): string {
  const origin = loopbackOriginIn(text)
  if (origin !== undefined) return origin
  const allowed = 'http://127.0.0.1:PORT, or another address of this machine (127.0.0.0/8, [::1], localhost)'
  throw new UsageError(`--local: got ${JSON.stringify(text)}, allowed: ${allowed}`)
}

function regionIn(origin: string): Region | undefined {
  const [, region = ''] = /\.execute-api\.([a-z0-9-]+)\./.exec(origin) ?? []
  return isRegion(region) ? region : undefined
}
