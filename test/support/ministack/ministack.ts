import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownPorts } from '../machine/ports.ts'
import { python } from '../machine/python.ts'
import { type FunctionClock, functionClock } from './clock.ts'

const root = join(import.meta.dirname, '../../..')

/** The account of all deployments on MiniStack: it takes an access key of 12 digits for the number of an account. */
export const account = '111122223333'

/** MiniStack, an AWS that others wrote, with the shims beside this file. */
export interface MiniStack {
  /** Its URL, the endpoint of all services. */
  readonly endpoint: string
  /** The variables with which an SDK, the CDK or a Python program uses it. */
  readonly env: Readonly<Record<string, string>>
  /** Removed with all in it when it ends. */
  readonly folder: string
  /** The clock of its functions. */
  readonly clock: FunctionClock
  /** Returns where it serves the API that AWS serves at `https://ID.execute-api.REGION.amazonaws.com/STAGE`. */
  apiUrl(url: string): string
  /** Refuses from now on to create resources of these types, for these reasons. */
  refuse(reasons: Readonly<Record<string, string>>): void
  /** Returns what it has logged so far. */
  log(): string
  /** Ends it and its functions, and removes its folder. */
  stop(): Promise<void>
}

/** Longest start, in milliseconds: it takes two seconds. */
const maxStartMs = 30_000

/**
 * Starts MiniStack on a port of its own, with these variables added. Rejects with its log if it does not start. It ends at the latest
 * with this process, however that ends.
 */
export async function startMiniStack(variables: Readonly<Record<string, string>> = {}): Promise<MiniStack> {
  const port = await ownPorts()
  const endpoint = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'once-ministack-'))
  const env = sdkVariables(endpoint)
  const clock = functionClock(folder)
  // In a session of its own, which an interrupt from the keyboard does not reach: it sees its input end.
  const child = spawn(python, [join(import.meta.dirname, 'start.py')], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, ...ownVariables(port, folder), ...clock.variables, ...variables },
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk))
  }
  const exited = once(child, 'exit')
  const log = () => chunks.join('')
  const stop = async () => {
    child.stdin.end()
    await exited
  }
  await whenReady(endpoint, () => child.exitCode !== null).catch(async (cause: unknown) => {
    await stop()
    throw new Error(`MiniStack did not start: ${log()}`, { cause })
  })
  return {
    endpoint,
    env,
    folder,
    clock,
    apiUrl: url => apiUrlAt(endpoint, url),
    refuse: reasons => writeFileSync(refusalsIn(folder), JSON.stringify(reasons)),
    log,
    stop,
  }
}

/** Returns where MiniStack serves the API that AWS serves at this URL. */
export function apiUrlAt(endpoint: string, url: string): string {
  const { host, pathname } = new URL(url)
  const [id = ''] = host.split('.')
  return `${endpoint}/_aws/execute-api/${id}${pathname.replace(/\/$/, '')}`
}

/** Keeps the log in out/ministack, for a test that failed; returns the file's name. */
export function keepLog({ log }: MiniStack, name: string): string {
  const folder = join(root, 'out/ministack')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.log`)
  writeFileSync(file, log())
  return file
}

/** The file that shims/refusals.py reads. */
const refusalsIn = (folder: string): string => join(folder, 'refusals.json')

function sdkVariables(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    NO_PROXY: '127.0.0.1',
    CI: 'true',
  }
}

/** Its options, and what functions inherit: the Node.js of this process, the SDK that Lambda brings, endpoints of services. */
function ownVariables(port: number, folder: string): Record<string, string> {
  const endpoint = `http://127.0.0.1:${port}`
  return {
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: 'localhost',
    MINISTACK_ACCOUNT_ID: account,
    LAMBDA_EXECUTOR: 'local',
    IOT_MTLS_ENABLED: '0',
    LAMBDA_ACCOUNT_CONCURRENCY: '1000',
    TMPDIR: folder,
    REFUSALS: refusalsIn(folder),
    PYTHONDONTWRITEBYTECODE: '1',
    PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
    NODE_PATH: join(root, 'node_modules'),
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
  }
}

async function whenReady(endpoint: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + maxStartMs
  for (;;) {
    const isReady = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    if (hasEnded() || Date.now() > deadline) throw new Error('it does not respond')
    await pause(100)
  }
}
