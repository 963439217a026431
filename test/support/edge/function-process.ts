import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { whenEnded } from '../../../tools/bench/child.ts'
import { type Bundle, writeBundle } from '../../../infra/code/bundle.ts'
import { temporaryFolder } from '../machine/folder.ts'

/** A bundle in a process of its own. Its standard output is the log. */
export interface FunctionProcess {
  /** Invokes it once and resolves with its result; rejects at once if its process has ended or ends first. */
  invoke(event: object): Promise<unknown>
  /** Ends it and resolves with its log lines; rejects if it ends with an error. */
  logged(): Promise<readonly string[]>
}

/**
 * Reads one event a line; writes one result a line on a pipe of its own, since log and errors use the other streams.
 */
const runtime = `
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { handler } from './index.mjs'
for await (const line of createInterface({ input: process.stdin })) {
  writeSync(3, JSON.stringify(await handler(JSON.parse(line))) + '\\n')
}
process.exit()
`

/** Runs a bundle as Lambda does, with no other environment than `env`; ends with the test. */
export async function functionProcess(
  bundle: Pick<Bundle, 'code' | 'chunks'>,
  env: Readonly<Record<string, string>>,
): Promise<FunctionProcess> {
  const folder = temporaryFolder()
  await writeBundle(bundle, folder)
  writeFileSync(join(folder, 'runtime.mjs'), runtime)
  const stdio: 'pipe'[] = ['pipe', 'pipe', 'pipe', 'pipe']
  const child = spawn(process.execPath, ['runtime.mjs'], { cwd: folder, env, stdio }) as ChildProcessByStdio<
    Writable,
    Readable,
    Readable
  >
  const ended = whenEnded(child, 'the function')
  const closed = once(child, 'close')
  onTestFinished(() => void child.kill('SIGKILL'))
  const results = createInterface({ input: child.stdio[3] as Readable })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
  return {
    async invoke(event) {
      const result = once(results, 'line', { signal: AbortSignal.timeout(20_000) }) as Promise<[string]>
      child.stdin.write(`${JSON.stringify(event)}\n`)
      const [line] = await Promise.race([result, ended])
      return JSON.parse(line)
    },
    async logged() {
      child.stdin.end()
      const [code] = (await closed) as [number | null]
      if (code !== 0) await ended
      return log.split('\n').slice(0, -1)
    },
  }
}
