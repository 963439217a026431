import { createHash, randomUUID } from 'node:crypto'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { connectToAws } from '../../../../cli/adapters/aws/aws.ts'
import { settingsWith } from '../../../../cli/settings.ts'
import type { Client, IssuedLink, IssueLink } from '../../../../client/client.ts'
import { apiStage, physicalNames } from '../../../../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../../../infra/settings/settings.ts'
import type { Region } from '../../../../shared/regions.ts'
import { type Answer, ask } from '../../machine/http.ts'
import type { FunctionClock } from '../clock.ts'
import { type Front, startFront } from '../front.ts'
import { account } from '../ministack.ts'
import type { Operator } from '../operator.ts'

/** A deployment on MiniStack that is complete. */
export interface Deployed {
  readonly operator: Operator
  /** The clock of its functions. */
  readonly clock: FunctionClock
  /** Its settings, as `-c` takes them: `profile=standard`, for example. */
  readonly context: readonly string[]
}

/** How a viewer sends a request. */
interface Viewing {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Address of loopback, such as 127.0.0.2. @default 127.0.0.1 */
  readonly from?: string
}

/** A deployment as its issuers, viewers and schedules use it. */
export interface Life {
  readonly settings: Settings
  readonly names: ReturnType<typeof physicalNames>
  readonly home: Region
  readonly clock: FunctionClock
  readonly endpoint: string
  /** Where viewers of distributions arrive, each by its host. */
  readonly frontOrigin: string
  readonly api: Client
  /** Runs one of our commands for this deployment. */
  once(...args: readonly string[]): ReturnType<Operator['once']>
  /** Redeems a link into a file by our command, which knows nothing of the deployment. */
  redeem(link: string, file: string): ReturnType<Operator['once']>
  /** Puts an object into the bucket, and returns its version. */
  put(key: string, content: string, type?: string): Promise<string>
  /** Issues a link to `report.txt`, or as the fields say. */
  issue(fields?: Partial<IssueLink>): Promise<IssuedLink>
  /** Sends a request to the distribution. Redirects are not followed. */
  visit(url: string, viewing?: Viewing): Promise<Answer>
  /** Invokes a function as its schedule does, and returns its result. Rejects if it fails. */
  invoke(name: string, event?: object, region?: Region): Promise<unknown>
  close(): Promise<void>
}

/** The object to which `issue` issues links. */
export const report = { key: '2026/report.txt', content: 'the figures of the year\n' }

/** Connects to a deployment, and uploads `report`. */
export async function lifeOf({ operator, clock, context }: Deployed): Promise<Life> {
  const settings = settingsWith(context)
  const names = physicalNames(settings.name, account)
  const { endpoint } = operator.ministack
  const [home] = settings.homeRegions
  const front = await startFront({ endpoint, account, now: clock.now })
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const s3 = new S3Client({ endpoint, region: home, credentials, forcePathStyle: true })
  const api = await apiOf(settings, operator)
  const life: Life = {
    settings,
    names,
    home,
    clock,
    endpoint,
    frontOrigin: front.origin,
    api,
    once: (command, ...args) => operator.once(command ?? '', ...args, ...context.flatMap(each => ['-c', each])),
    redeem: (link, file) => operator.once('redeem', link, '-o', file),
    async put(key, content, type = 'text/plain') {
      const input = { Bucket: names.contentBucket(home), Key: key, Body: content, ContentType: type }
      return (await s3.send(new PutObjectCommand(input))).VersionId ?? ''
    },
    issue: fields => api.issue({ key: report.key, ...fields }),
    visit: (url, viewing) => visit(front, url, viewing),
    async invoke(name, event = {}, region = home) {
      const lambda = new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 })
      const input = { FunctionName: name, Payload: JSON.stringify(event) }
      const { FunctionError, Payload } = await lambda.send(new InvokeCommand(input))
      const text = Buffer.from(Payload ?? []).toString()
      if (FunctionError !== undefined) throw new Error(`${name}: ${text}`)
      return text === '' ? undefined : (JSON.parse(text) as unknown)
    },
    close: () => front.close(),
  }
  await life.put(report.key, report.content)
  return life
}

async function apiOf(settings: Settings, { ports }: Operator): Promise<Client> {
  const [region = settings.homeRegions[0]] = apiRegionsOf(settings)
  const [api] = await connectToAws().restApis.named(settings.name, region)
  if (api === undefined || ports.apis === undefined) throw new Error(`no API named ${settings.name} in ${region}`)
  return ports.apis.deployed(`https://${api.id}.execute-api.${region}.amazonaws.com/${apiStage}`, region)
}

/** Sends a request to the distribution of a URL at a front. Redirects are not followed. */
export function visit(
  front: Pick<Front, 'origin'>,
  url: string,
  { headers, ...options }: Viewing = {},
): Promise<Answer> {
  const { host, origin } = new URL(url)
  const at = front.origin + url.slice(origin.length)
  return ask(at, { ...options, headers: { 'user-agent': 'curl/8.5.0', ...headers, host } })
}

/** Returns where a redirect leads, with the host of the link. */
export function target({ headers }: Answer, link: string): string {
  return new URL(link).origin + String(headers['location'])
}

/** Opens a link to `report`, which delivers it once. */
export async function opensOnce({ visit: open }: Life, { url }: IssuedLink): Promise<void> {
  const first = await open(url)
  expect(first.status, first.body).toBe(302)
  expect(await open(target(first, url))).toMatchObject({ status: 200, body: report.content })
  const again = await open(url)
  expect([again.status, reasonOf(again)]).toEqual([403, 'spent'])
}

/** Returns where a page goes on to by itself, with the host of the link. */
export function refreshTarget({ headers }: Answer, link: string): string {
  const [, path = ''] = /^0;url=(\S+)$/.exec(String(headers['refresh'])) ?? []
  return new URL(path, link).href
}

/** Returns the status of an exchange of a link that was used: with issuers, 404 if it left no receipt. */
export function spentStatus({ issuers }: Settings, hasReceipt: boolean): 403 | 404 {
  return issuers === undefined || hasReceipt ? 403 : 404
}

/** Returns why a request was refused, from a problem document; undefined if it was not. */
export function reasonOf({ status, body }: Answer): string | undefined {
  return status < 400 ? undefined : /"reason":"([a-z-]+)"/.exec(body)?.[1]
}

/** Returns a secret of a client, of 43 characters. */
export function clientSecret(): string {
  return createHash('sha256').update(randomUUID()).digest('base64url')
}
