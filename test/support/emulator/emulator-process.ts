import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { whenEnded } from '../../../tools/bench/child.ts'
import type { Emulator } from '../../../emulator/emulator.ts'

/** An emulator in a process of its own, as `npm start` starts it. */
export interface EmulatorProcess extends Omit<Emulator, 'close' | 'token'> {
  readonly pid: number
  /** Returns its output so far, of both streams. */
  output(): string
  /** Rejects with its output when it ends; never resolves. */
  readonly ended: Promise<never>
  /** Kills it, as a power cut would, and resolves when it has ended. */
  kill(): Promise<void>
}

/**
 * Starts `emulator/main.ts` on free ports and waits until it is ready. Kills it when the test ends. `env` is added to the
 * variables of this process.
 */
export async function emulatorProcess(args: readonly string[], env: object = {}): Promise<EmulatorProcess> {
  const main = join(import.meta.dirname, '../../../emulator/main.ts')
  const child = spawn(process.execPath, [main, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const output = () => chunks.join('')
  const ended = whenEnded(child, 'the emulator')
  const exited = once(child, 'exit')
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  while (!/^ {2}Press Ctrl-C to stop\.\n/m.test(output())) await Promise.race([once(child.stdout, 'data'), ended])
  const [, api = ''] = /^ {2}api {6}(\S+)\/links$/m.exec(output()) ?? []
  const edges = [...output().matchAll(/^ {2}edge {5}(\S+) {2}(\S+)$/gm)].map(([, origin, region]) => [region, origin])
  const [, s3 = ''] = /^ {2}s3 {7}(\S+)$/m.exec(output()) ?? []
  return { pid: child.pid ?? 0, api, s3, edges: Object.fromEntries(edges) as Emulator['edges'], output, ended, kill }
}
