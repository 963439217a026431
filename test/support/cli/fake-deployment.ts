import type { HttpClient } from '../../../cli/ports/links.ts'
import type { CliPorts, DeploymentPorts } from '../../../cli/ports/ports.ts'
import type { Region } from '../../../shared/regions.ts'
import { allOf, copyOf, emptyFakeAccount, type FakeAccount, put, valueOf } from './fake-account.ts'
import { awsOf, noted } from './fake-aws.ts'
import { cdkOn, type FakeCdk } from './fake-cdk.ts'
import { testTime } from './fake-things.ts'
import { onceHere, type Outcome } from './once-here.ts'

/** What a test may put in place of the ports. */
export type MorePorts = Partial<DeploymentPorts> & { readonly cdk?: FakeCdk; readonly signal?: AbortSignal }

/** Returns an account in which these Regions are bootstrapped. */
export function preparedAccount(...regions: readonly Region[]): FakeAccount {
  const account = emptyFakeAccount(testTime)
  for (const region of regions)
    put(account, { kind: 'bootstrap', region, name: 'cdk', value: { kind: 'version', version: 30 } })
  return account
}

const made = new Map<string, Promise<FakeAccount>>()

/** Returns a copy of an account with a deployment of these settings, which `once deploy` made; each is made once. */
export async function deployed(...context: readonly string[]): Promise<FakeAccount> {
  const key = context.join(' ')
  const found = made.get(key) ?? deploy(context)
  made.set(key, found)
  return copyOf(await found)
}

async function deploy(context: readonly string[]): Promise<FakeAccount> {
  const account = preparedAccount('us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1')
  const { code, said, noted: text } = await once(account, ['deploy', '--yes', ...settings(...context)])
  if (code !== 0) throw new Error(`${said}\n${text}`)
  return account
}

/** Returns settings as options of the command line. */
export function settings(...pairs: readonly string[]): readonly string[] {
  return pairs.flatMap(pair => ['-c', pair])
}

/** Runs one command line on an account. Links work once; nothing else runs behind the api. */
export async function once(
  account: FakeAccount,
  args: readonly string[],
  { signal = new AbortController().signal, ...more }: MorePorts = {},
): Promise<Outcome> {
  const upload = async () => {
    const bucket = allOf(account, 'bucket').find(({ name }) => name.includes('-content-'))
    if (bucket === undefined) throw new Error('there is no bucket for files')
    const { name, region } = bucket
    put(account, { kind: 'files', region, name, value: (valueOf(account, 'files', [name, region]) ?? 0) + 1 })
    return { key: 'a' }
  }
  let links = 0
  const issue = async () => ({ id: 'A'.repeat(22), url: `https://d1.cloudfront.net/d/${(links += 1)}` })
  return onceHere(args, {
    now: account.now,
    aws: awsOf(account),
    cdk: cdkOn(account),
    apis: { deployed: () => ({ issue, ...noted(account, { api: { upload } }).api }) } as unknown as CliPorts['apis'],
    http: viewer(),
    interrupts: { abortOnInterrupt: () => signal },
    processes: { pid: process.pid, isRunning: () => false },
    ...more,
  })
}

/** A viewer: the first request for a link gets the file, others are refused; the doctor's two requests are no link and no file. */
export function viewer(): HttpClient {
  const used = new Set<string>()
  return {
    async fetch(url) {
      const { pathname } = new URL(url)
      if (pathname === '/file') return response(200, {})
      if (pathname === '/d/doctor') return response(404, { 'x-once': 'link' })
      if (pathname === '/doctor') return response(403, { 'x-once': 'page' })
      if (used.has(pathname)) return response(403, {})
      used.add(pathname)
      return response(302, { location: '/file' })
    },
  }
}

function response(status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response('This file came through a link that worked once.\n', { status, headers })
}
