import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startEmulator } from '../../../emulator/emulator.ts'
import { endingWithBench } from '../../child.ts'
import { region } from '../../store/store.ts'
import type { Workbench } from '../../workbench.ts'
import { linksPerRequest } from './event.ts'

/** What a program took to issue links. */
export interface ProgramResult {
  /** CPU of its whole process with its start, for each link. */
  readonly cpuUs: number
  readonly linksPerSecond: number
}

/** Longest run of a program, in milliseconds. */
const limitMs = 300_000

/** Number of different objects. */
const objects = 100

const root = join(import.meta.dirname, '../../..')

/**
 * Measures `once issue` with one key for each of `links` links, and the plain program with the same keys. Both call the
 * emulator, which runs the API in this process.
 */
export async function measurePrograms(
  links: number,
  { folder, store }: Pick<Workbench, 'folder' | 'store'>,
): Promise<{ readonly once: ProgramResult; readonly plain: ProgramResult }> {
  const bucket = join(folder, 'bucket')
  mkdirSync(bucket)
  for (let index = 0; index < objects; index += 1) writeFileSync(join(bucket, nameOf(index)), 'content')
  const keys = Array.from({ length: links }, (_, index) => nameOf(index % objects))
  await using starting = new AsyncDisposableStack()
  const options = { port: 0, bucket, regions: [region], dynamodb: store.origin, log: () => undefined }
  const { api } = starting.adopt(await startEmulator(options), each => each.close())
  const once = ['--max-semi-space-size=1', '--expose-gc', join(root, 'cli/main.ts')]
  const plain = join(import.meta.dirname, 'plain-issuer.ts')
  return {
    once: await measure([...once, 'issue', `--local=${api}`, ...keys.flatMap(key => ['--key', key])], links),
    plain: await measure([plain, api, String(linksPerRequest), ...keys], links),
  }
}

function nameOf(index: number): string {
  return `handbook-of-the-edge-${index}.pdf`
}

/** Runs a program of Node.js. Rejects unless it prints one line for each link. */
async function measure(args: readonly string[], links: number): Promise<ProgramResult> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'report-cpu.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: limitMs,
  })
  const end = endingWithBench(child)
  const pipes = [...child.stdio].slice(1) as NodeJS.ReadableStream[]
  const [out = '', errors = '', cpuUs] = await Promise.all(pipes.map(pipe => text(pipe)))
  const seconds = (performance.now() - startedAt) / 1000
  await end()
  const printed = out.split('\n').filter(line => line.startsWith('http')).length
  if (printed !== links) throw new Error(`${printed} links instead of ${links}: ${errors.slice(-2000)}`)
  return { cpuUs: Number(cpuUs) / links, linksPerSecond: links / seconds }
}
