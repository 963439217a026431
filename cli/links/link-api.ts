import type { ParseArgsOptionsConfig } from 'node:util'
import type { Client } from '../../client/client.ts'
import type { Setup } from '../../console/protocol.ts'
import { isRegion, type Region } from '../../shared/regions.ts'
import { UsageError } from '../command.ts'
import {
  atColumn,
  contextOption,
  loopbackOriginIn,
  originIn,
  outputOptions,
  outputUsage,
  withValueFor,
} from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'

/** Default address of `npm start`. */
const localOrigin = 'http://127.0.0.1:8080'

/** How a program finds the API of a deployment. */
export interface ApiFinder<P extends CliPorts> {
  /** Whether there are settings, which `-c` overrides. */
  readonly hasSettings: boolean
  /** Explains `--api`, `--region` and, with settings, `-c` in `--help`. */
  readonly usage: string
  /** Finds the API. Rejects with a `UsageError`, with an `UnreachableError` if it can't be found, or with AWS's error. */
  find(address: Address, ports: P): Promise<DeployedApi>
}

/** The options of all commands that call the API of a deployment. */
export const deployedOptions = {
  api: { type: 'string' },
  region: { type: 'string' },
  ...contextOption,
  ...outputOptions,
} as const satisfies ParseArgsOptionsConfig

/** The options of those that may also call the emulator's. */
export const apiOptions = { local: { type: 'string' }, ...deployedOptions } as const satisfies ParseArgsOptionsConfig

/** Returns those of the options that a program has. One that it has not is never given: so types remain true. */
export function offeredBy<O extends ParseArgsOptionsConfig, P extends CliPorts>(
  { hasSettings }: ApiFinder<P>,
  options: O,
): O {
  const { context: _, ...others } = options
  return hasSettings ? options : (others as unknown as O)
}

/** Explains options in `--help`, starting in this column, like the command's own options. */
export function apiUsage({ usage }: { readonly usage: string }, { column }: { readonly column?: number } = {}): string {
  const local = `  --local [URL]  use the emulator of npm start (default ${localOrigin}) instead of AWS`
  return atColumn([local, usage, outputUsage].join('\n'), column)
}

/** Where the API of a deployment is, and what is known of that. */
interface DeployedApi extends Required<Pick<Setup, 'place' | 'homeRegions'>>, Pick<Setup, 'withSetting'> {
  readonly origin: string
  /** Undefined if it is not known, and there is a token, which needs none. */
  readonly region: Region | undefined
}

/** The options that select an API. */
export interface Address {
  readonly local?: string | undefined
  readonly api?: string | undefined
  readonly region?: string | undefined
  readonly context?: readonly string[] | undefined
  /** Operands that may name an environment. @default none */
  readonly environment?: readonly string[]
}

/** Expands `--local` without a value to the default address. The next argument is its value if it has no path: links have one. */
export function withLocalOrigin(args: readonly string[]): readonly string[] {
  const isValue = (text: string) => originIn(text) !== undefined && URL.parse(text)?.pathname === '/'
  return withValueFor(args, '--local', { default: localOrigin, isValue })
}

/** Finds the API, as `find` does, or that of the emulator. Returns its client, and its host if that is not the emulator. */
export async function openApi<P extends CliPorts>(
  finder: ApiFinder<P>,
  address: Address,
  ports: P,
): Promise<{ readonly client: Client; readonly host?: string }> {
  const { local } = address
  if (local === undefined) {
    const { origin, region } = await finder.find(address, ports)
    return { client: ports.apis.deployed(origin, region), host: new URL(origin).host }
  }
  const ofAws = (['api', 'region', 'context'] as const).find(name => address[name] !== undefined)
  if (ofAws !== undefined)
    throw new UsageError(`--local: got it with --${ofAws}, allowed: without it, because it does not use AWS`)
  return { client: ports.apis.local(await ports.apis.emulatorAt(parseLocalOrigin(local))) }
}

/** What the URL of an API may be. */
export const originRule = 'https://HOST/PATH, or http://127.0.0.1:PORT'

/** Returns the URL of an API, as `originIn` does. Throws a `UsageError` that names the option or variable. */
export function parseOrigin(text: string, name = '--api'): string {
  const origin = originIn(text)
  if (origin !== undefined) return origin
  throw new UsageError(`${name}: got ${JSON.stringify(text)}, allowed: ${originRule}`)
}

/** An emulator gets files and issues links without credentials, so it must be on this machine. */
function parseLocalOrigin(text: string): string {
  const origin = loopbackOriginIn(text)
  if (origin !== undefined) return origin
  const allowed = 'http://127.0.0.1:PORT, or another address of this machine (127.0.0.0/8, [::1], localhost)'
  throw new UsageError(`--local: got ${JSON.stringify(text)}, allowed: ${allowed}`)
}

/** Returns the Region that the URL of an API names; undefined if it names none, as one of a domain of one's own. */
export function regionIn(origin = ''): Region | undefined {
  const [, region = ''] = /\.execute-api\.([a-z0-9-]+)\./.exec(origin) ?? []
  return isRegion(region) ? region : undefined
}
