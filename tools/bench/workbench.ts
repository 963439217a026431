import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '../../emulator/certificate.ts'
import { localSecret } from '../../emulator/local-secret.ts'
import { parseKeys } from '../../shared/secrets/keys.ts'
import type { MacKeys } from '../../shared/nonce.ts'
import { startChild } from './child.ts'
import { bundleBaseline, bundleShipped, bundleSubject, type Contender } from './contenders.ts'
import { region } from './nonces.ts'
import { type Store, startStore } from './store/store.ts'
import type { Batch, Reply, Run } from './subject.ts'

/** Tools of all sections. */
export interface Workbench {
  readonly shipped: Contender
  readonly baseline: Contender
  readonly store: Store
  readonly mac: MacKeys
  /** A temporary folder, removed when this process ends. */
  readonly folder: string
  /** The environment of an edge function. */
  readonly env: Readonly<Record<string, string>>
  readonly rounds: number
  /** Reports progress on stderr. */
  say(line: string): void
  /** Starts a process with the contender's bundle. */
  startSubject(contender: Contender): Promise<Subject>
  close(): Promise<void>
}

/** A process with one bundle. */
export interface Subject {
  readonly contender: Contender
  /** Sends a batch of requests and measures it. Rejects if a response is no redirect. */
  run(batch: Batch): Promise<Run>
  close(): Promise<void>
}

/** Bundles both contenders and starts the store. `say` gets its progress. */
export async function openWorkbench(rounds: number, say: (line: string) => void): Promise<Workbench> {
  await using starting = new AsyncDisposableStack()
  const folder = temporaryFolder('bench-')
  const shipped = await bundleShipped(join(folder, 'shipped'))
  const baseline = await bundleBaseline(join(folder, 'baseline'))
  const subjectFile = await bundleSubject(folder)
  const secret = localSecret().text
  const store = starting.adopt(await startStore(makeCertificate(folder), secret), each => each.close())
  const env = environmentOf(store, folder)
  const started = starting.move()
  return {
    shipped,
    baseline,
    store,
    mac: parseKeys(secret).mac,
    folder,
    env,
    rounds,
    say,
    startSubject: contender => startSubject(contender, subjectFile, env),
    close: () => started.disposeAsync(),
  }
}

/** Makes a folder that is removed when this process ends. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Yields all in turn, `rounds` times: A B, B A, A B, so that none always has the warmer machine. */
export function* alternating<T>(all: readonly T[], rounds: number): Generator<T> {
  for (let round = 0; round < rounds; round += 1) yield* round % 2 === 0 ? all : all.toReversed()
}

async function startSubject(contender: Contender, file: string, env: Workbench['env']): Promise<Subject> {
  const child = await startChild<Batch, Reply>(file, { args: [contender.file], env })
  return {
    contender,
    async run(batch) {
      const reply = (await child.ask(batch)) as Exclude<Reply, 'ready'>
      if (reply.kind === 'failed') throw new Error(`${contender.name} failed: ${reply.error}`)
      const { run } = reply
      if (run.redirects === run.requests) return run
      throw new Error(`${contender.name} must respond ${run.requests} times with 302, but did ${run.redirects} times`)
    },
    close: () => child.close(),
  }
}

/** About as long as Lambda's session tokens, which are sent and signed with each call. */
const sessionToken = 'bench'.repeat(200)

/** Returns Lambda's variables (AWS, "Defined runtime environment variables"), and the endpoints of the local services. */
export function environmentOf(
  { endpoint, certificateFile }: Pick<Store, 'endpoint' | 'certificateFile'>,
  folder: string,
): Workbench['env'] {
  return {
    HOME: folder,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.bench',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/us-east-1.bench',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/24/[1]bench',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    NODE_EXTRA_CA_CERTS: certificateFile,
  }
}
