import { afterAll } from 'vitest'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { httpClient } from '../../../cli/adapters/http.ts'
import { settingsWith } from '../../../cli/options.ts'
import type { DeployLock, DeployLocks } from '../../../cli/ports/aws-deploy.ts'
import type { Apis, HttpClient, HttpResponse } from '../../../cli/ports/links.ts'
import type { Ports } from '../../../cli/ports/ports.ts'
import { type Account, emptyAccount, type Template } from '../../support/cli/control-plane/account.ts'
import { bootstrap } from '../../support/cli/control-plane/cloudformation/bootstrap.ts'
import { creationOrder } from '../../support/cli/control-plane/cloudformation/template.ts'
import { serveAccount } from '../../support/cli/control-plane/server.ts'
import { onceHere, type Outcome } from '../../support/cli/once-here.ts'
import { cdkHere, runCdk } from '../../system/cli/control-plane/cdk-here.ts'

/** The host of links. */
const linkHost = 'links.example'

/** The account of the command that runs now: one server serves all. */
let current: Account = emptyAccount()
const server = await serveAccount(() => current)

/** The locks that other processes have, by deployment. */
export const locks = new Map<string, DeployLock>()
const deployLocks: DeployLocks = {
  async take(name) {
    const lock = locks.get(name)
    if (lock !== undefined) return { kind: 'held', lock, version: '' }
    return { kind: 'taken', lost: new AbortController().signal, release: async () => undefined }
  },
}

/** Clients of AWS take longer to make than to use. */
let aws: Ports['aws'] | undefined

const cdk = cdkHere(context => settingsWith(context))

afterAll(async () => {
  await server.close()
  cdk.remove()
})

Object.assign(process.env, {
  AWS_ENDPOINT_URL: server.endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  CI: 'true',
})

/** Creates an account in which these Regions are bootstrapped. */
export function preparedAccount(...regions: readonly string[]): Account {
  const account = emptyAccount()
  for (const region of regions) bootstrap(account, region)
  return account
}

/**
 * Runs one command line on an account as its operator does: our real command, the CDK's real command line, the stand-in for AWS.
 * Only viewers and the api are made up: nothing runs behind them here.
 */
export async function once(account: Account, args: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  current = account
  const interrupts = { abortOnInterrupt: () => signal ?? new AbortController().signal }
  aws ??= { ...connectToAws(), deployLocks }
  return onceHere(args, { now: account.now, aws, cdk, apis: apiOf(account), http: viewer(), interrupts })
}

/**
 * Runs one command of the CDK's real command line on an account. It gets the app that `once deploy` deploys: the CDK runs cdk.json's
 * app before any command, for half a minute on a slow machine.
 */
export async function cdkOn(account: Account, args: readonly string[]): ReturnType<typeof runCdk> {
  current = account
  const { folder } = await cdk.synth({ context: [], protectedStacks: [], signal: new AbortController().signal })
  return runCdk([...args, '--app', folder])
}

function apiOf(account: Account): Apis {
  const issue = async () => {
    account.serial += 1
    return { id: 'A'.repeat(22), url: `https://${linkHost}/d/${account.serial}` }
  }
  return { deployed: () => ({ issue }) } as unknown as Apis
}

/** A viewer who opens links: the first request for a link gets the file, others are refused. Other requests reach the stand-in. */
function viewer(): HttpClient {
  const used = new Set<string>()
  const client = httpClient()
  return {
    async send(request) {
      const { host, pathname } = new URL(request.url)
      if (host !== linkHost) {
        return client.send({ ...request, url: `${server.endpoint}${pathname}`, headers: { ...request.headers, host } })
      }
      if (!pathname.startsWith('/d/')) return response(200)
      if (used.has(pathname)) return response(403)
      used.add(pathname)
      return response(302, '/file')
    },
  }
}

function response(status: number, location?: string): HttpResponse {
  return {
    status,
    header: name => (name === 'location' ? location : undefined),
    body: (async function* () {})(),
    text: async () => 'This file came through a link that worked once.\n',
    end: () => undefined,
  }
}

/** A resource of a template that is deployed. */
export interface Planned {
  readonly stack: string
  readonly region: string
  readonly logicalId: string
  readonly type: string
}

/** Returns the resources of a deployment, each after those that it needs. */
export async function resourcesOf(...context: readonly string[]): Promise<readonly Planned[]> {
  const { stacks } = await cdk.synth({ context, protectedStacks: [], signal: new AbortController().signal })
  return stacks.flatMap(({ name, region, template }) => {
    const parsed = JSON.parse(template) as Template
    return creationOrder(parsed).map(logicalId => ({
      stack: name,
      region,
      logicalId,
      type: parsed.Resources[logicalId]?.Type ?? '',
    }))
  })
}
