import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type Bundle, writeBundle } from '../../infra/bundle.ts'
import { temporaryFolder } from './folder.ts'

/** A bundle in a process of its own, whose standard output is the log. */
export interface FunctionProcess {
  /** Invokes it once and gives what it answered. */
  invoke(event: object): Promise<unknown>
  /** Ends it, and gives the lines it has logged. */
  logged(): Promise<readonly string[]>
}

/** One event a line in; one answer a line on the standard error out. */
const runtime = `
import { createInterface } from 'node:readline'
import { handler } from './index.mjs'
for await (const line of createInterface({ input: process.stdin })) {
  process.stderr.write(JSON.stringify(await handler(JSON.parse(line))) + '\\n')
}
process.exit()
`

/** Runs a bundle as Lambda does, with this environment and no other; ended with the test. */
export async function functionProcess(bundle: Bundle, env: Readonly<Record<string, string>>): Promise<FunctionProcess> {
  const folder = temporaryFolder()
  await writeBundle(bundle, folder)
  writeFileSync(join(folder, 'runtime.mjs'), runtime)
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(process.execPath, ['runtime.mjs'], {
    cwd: folder,
    env,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const answers = createInterface({ input: child.stderr })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
  return {
    async invoke(event) {
      const answer = once(answers, 'line', { signal: AbortSignal.timeout(20_000) }) as Promise<[string]>
      child.stdin.write(`${JSON.stringify(event)}\n`)
      const [line] = await answer
      return JSON.parse(line)
    },
    async logged() {
      const ended = once(child, 'close', { signal: AbortSignal.timeout(20_000) })
      child.stdin.end()
      await ended
      return log.split('\n').slice(0, -1)
    },
  }
}
