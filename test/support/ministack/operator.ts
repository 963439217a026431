import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { apis } from '../../../cli/adapters/apis.ts'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { http } from '../../../cli/adapters/http.ts'
import type { Cdk } from '../../../cli/ports/cdk.ts'
import type { Apis, HttpClient } from '../../../cli/ports/links.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import type { Clock } from '../../../shared/time.ts'
import { runCdk } from '../infra/cdk-command.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import { cdkHere } from './cdk-in-process.ts'
import { account, type MiniStack, startMiniStack } from './ministack.ts'

const shortWaits = join(import.meta.dirname, 'short-waits.ts')

/** Serves what CloudFront serves, from what MiniStack holds; requests come with the host of the distribution. */
interface Front {
  readonly origin: string
  close(): Promise<void>
}

/** A person with an account of their own on MiniStack, at our command line and the CDK's. */
export interface Operator {
  readonly ministack: MiniStack
  readonly ports: Partial<DeploymentPorts>
  /** Runs one of our commands, in this process, with the real adapters and the real CDK. */
  once(...args: readonly string[]): Promise<Outcome>
  /** Runs `cdk bootstrap` for these Regions. Rejects with what it printed if it fails. */
  bootstrap(...regions: readonly string[]): Promise<void>
  /** Runs the CDK's command line outside of any app. Rejects with what it printed if it fails. */
  cdk(...args: readonly string[]): Promise<void>
  /** Ends a command that still runs, as an interrupt does, then MiniStack. */
  close(): Promise<void>
}

/** How to start. */
export interface OperatorOptions {
  /** Starts what serves the distribution; called at the first request to it. */
  readonly startFront: (ministack: MiniStack) => Promise<Front>
  /** Further variables of MiniStack and its functions. */
  readonly variables?: Readonly<Record<string, string>>
  /** Makes what synthesises into a folder and deploys. @default the CDK's command line in this process */
  readonly cdkIn?: (folder: string) => Cdk | Promise<Cdk>
}

/**
 * Starts MiniStack with an empty account, and sets the variables of this process so that our adapters and the CDK use it.
 * Only names resolve in another way: requests to `*.cloudfront.net` reach the front, those to an API reach MiniStack's.
 */
export async function startOperator({ startFront, variables, cdkIn = cdkHere }: OperatorOptions): Promise<Operator> {
  const ministack = await startMiniStack(variables)
  const home = join(ministack.folder, 'operator')
  mkdirSync(home)
  Object.assign(process.env, ministack.env, { CDK_HOME: home, NODE_OPTIONS: `--import ${shortWaits}` })
  let front: Promise<Front> | undefined
  const closing = new AbortController()
  let command: Promise<Outcome> | undefined
  const ports: Partial<DeploymentPorts> = {
    aws: allOfAws(),
    cdk: await cdkIn(join(home, 'assemblies')),
    apis: apisOn(ministack),
    http: viewerAt(async () => (await (front ??= startFront(ministack))).origin, ministack.endpoint),
    clock: impatientClock,
    interrupts: { abortOnInterrupt: () => AbortSignal.any([closing.signal]) },
  }
  return {
    ministack,
    ports,
    once: (...args) => (command = onceHere(args, ports)),
    // In a folder without cdk.json: otherwise the CDK synthesises the app first, which takes seconds.
    bootstrap: (...regions) =>
      runCdk(['bootstrap', ...regions.map(each => `aws://${account}/${each}`)], { cwd: home, signal: closing.signal }),
    cdk: (...args) => runCdk(args, { cwd: home, signal: closing.signal }),
    async close() {
      closing.abort()
      await Promise.race([Promise.allSettled([command]), pause(maxEndMs)])
      await (await front)?.close()
      await ministack.stop()
    },
  }
}

/** Longest wait for a command that was interrupted, in milliseconds. */
const maxEndMs = 10_000

/** Longest pause of a command, in milliseconds: changes take minutes on AWS, and no time on MiniStack. */
const maxPauseMs = 100

const impatientClock: Clock = { now: () => systemClock.now(), pause: ms => pause(Math.min(ms, maxPauseMs)) }

/** Signs and sends requests to an API as the real adapter does, to where MiniStack serves it. */
export function apisOn(ministack: Pick<MiniStack, 'apiUrl'>): Apis {
  return {
    ...apis,
    get hasToken() {
      return apis.hasToken
    },
    deployed: (origin, region) => apis.deployed(ministack.apiUrl(origin), region),
    sender: (origin, region) => apis.sender(ministack.apiUrl(origin), region),
  }
}

/** Sends requests to MiniStack itself, such as for S3, and all others to the front. */
export function viewerAt(originOfFront: () => Promise<string>, endpoint: string): HttpClient {
  return {
    async fetch(url, init) {
      const { host, origin, pathname, search } = new URL(url)
      if (origin === endpoint) return http.fetch(url, init)
      const headers = { ...Object.fromEntries(new Headers(init.headers)), host }
      return http.fetch(`${await originOfFront()}${pathname}${search}`, { ...init, headers })
    },
  }
}
