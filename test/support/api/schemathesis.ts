import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../machine/folder.ts'
import { pythonProgram } from '../machine/python.ts'

const ours = join(import.meta.dirname, '../../proof/api/fuzz')
const document = join(import.meta.dirname, '../../../docs/openapi.json')

/** What schemathesis tests, and how. */
export interface FuzzOptions {
  /** Origin of the API and of links. */
  readonly url: string
  /** Token that the API requires. */
  readonly token: string
  /** Tokens of uploads that links handed out. */
  readonly tokens: readonly string[]
  /** Keys of objects in the bucket. */
  readonly objects: readonly string[]
  readonly homeRegions: readonly string[]
  readonly seed: number
  /** Requests for each operation while fuzzing, and sequences of requests. */
  readonly examples: number
  /** More options of its command line. */
  readonly args?: readonly string[]
  /** Seconds after which it is ended. */
  readonly seconds: number
}

/** What is wrong with responses of some operations. */
interface FuzzFailure {
  readonly title: string
  /** Such as `GET /links`. */
  readonly operations: readonly string[]
}

/** What a run did and found. */
export interface FuzzResult {
  readonly failures: readonly FuzzFailure[]
  /** Failures of the test itself, such as of a hook. */
  readonly errors: number
  /** Requests, by operation. */
  readonly requests: Readonly<Record<string, number>>
  /** Responses, by operation and status, such as `issueLink 201`. */
  readonly responses: Readonly<Record<string, number>>
  /** Those of them that came in a sequence of requests. */
  readonly steps: Readonly<Record<string, number>>
  /** Everything that it printed: failures with a request that shows them. */
  readonly output: string
}

/** Runs schemathesis from docs/openapi.json, with the hooks, checks and settings of test/proof/api/fuzz/. Rejects if it does not end. */
export async function runSchemathesis(options: FuzzOptions): Promise<FuzzResult> {
  const folder = temporaryFolder()
  const counts = join(folder, 'counts.json')
  const report = join(folder, 'report.json')
  const child = spawn(pythonProgram('schemathesis'), argumentsOf(options, report), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.seconds * 1000,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      COUNTS: counts,
      TOKENS: JSON.stringify(options.tokens),
      OBJECTS: JSON.stringify(options.objects),
      HOME_REGIONS: JSON.stringify(options.homeRegions),
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: ours,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close') as Promise<[number | null]>
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0 && code !== 1) throw new Error(`schemathesis ended with ${code}:\n${output}${errors}`)
  return { ...readReport(report), ...JSON.parse(readFileSync(counts, 'utf8')), output }
}

function argumentsOf({ url, token, seed, examples, args = [] }: FuzzOptions, report: string): readonly string[] {
  const options = {
    '--url': url,
    '--header': `Authorization: Bearer ${token}`,
    '--seed': String(seed),
    '--max-examples': String(examples),
    '--report': 'json',
    '--report-json-path': report,
  }
  const settings = ['--config-file', join(ours, 'schemathesis.toml')]
  const flags = ['--continue-on-failure', '--no-color']
  return [...settings, 'run', document, ...Object.entries(options).flat(), ...flags, ...args]
}

function readReport(file: string): Pick<FuzzResult, 'failures' | 'errors'> {
  const { failures, errors } = JSON.parse(readFileSync(file, 'utf8'))
  return { failures, errors: errors.length }
}
