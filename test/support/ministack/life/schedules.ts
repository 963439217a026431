import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { AwsClient } from 'aws4fetch'
import { expect, test, vi } from 'vitest'
import { deploymentOf } from '../../../../infra/settings/parse-settings.ts'
import { logsOf } from '../../../../infra/placement/physical-names.ts'
import { account } from '../ministack.ts'
import { type Life, reasonOf, target } from './deployed.ts'

const credentials = { accessKeyId: account, secretAccessKey: 'test' }
const hour = 3_600_000

/** Registers what runs without a caller: events of links, their metrics, totals of all Regions, and the removal of old items. */
export function schedulesRun(life: () => Life): void {
  test('what becomes of links is counted, and published to the bus if there is one', async () => {
    const { settings, issue, visit, api } = life()
    const queue = settings.events ? await subscribe(life()) : undefined
    const homes = settings.mode === 'home' && settings.network === 'public' ? settings.homeRegions : [life().home]
    for (const homeRegion of homes) {
      const used = await issue({ receipt: true, homeRegion })
      await visit(used.url)
      expect(reasonOf(await visit(used.url))).toBe('spent')
      const revoked = await issue({ homeRegion })
      await api.revoke(revoked.id)
      const wanted = [`Link redeemed ${used.id}`, `Used link refused ${used.id}`, `Link revoked ${revoked.id}`]
      await queue?.receive(wanted)
      const reader = settings.mode === 'home' ? homeRegion : life().home
      await isCounted(life(), reader)
    }
    await queue?.close()
  })

  test('the totals of all Regions are written for the alarms', async () => {
    const { invoke, names } = life()
    await invoke(names.jobFunction('totals'), {}, 'us-east-1')
  })

  test('a link that has expired is refused', async () => {
    const { issue, visit, clock } = life()
    const { url } = await issue({ expiresIn: 60 })
    clock.advance(61_000)
    expect(reasonOf(await visit(url))).toBe('expired')
  })

  test('in mode strong, the sweeper removes the items of old links, and no other', async ({ skip }) => {
    const { settings, issue, visit, api, invoke, names, clock } = life()
    if (settings.mode !== 'strong') return skip('the TTL of DynamoDB does it')
    const { id } = await issue({ expiresIn: 60 })
    // A link may keep a receipt, also one that was never used.
    clock.advance(deploymentOf(settings).receiptSeconds * 1000 + 2 * hour)
    const after = await issue()
    const swept = await invoke(names.apiFunction('sweeper'))
    expect(swept).toMatchObject({ outcome: 'swept', failed: 0, complete: true })
    expect((swept as { purged: number }).purged).toBeGreaterThan(0)
    await expect(api.show(id)).rejects.toMatchObject({ status: 404 })
    expect((await visit(target(await visit(after.url), after.url))).status).toBe(200)
  })
}

/** Waits until the function that reads the stream has printed its metrics. */
async function isCounted({ endpoint, names }: Life, region: string): Promise<void> {
  const logs = new CloudWatchLogsClient({ endpoint, region, credentials })
  const logGroupName = logsOf(names.apiFunction('events'))
  await vi.waitFor(
    async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }))
      const text = events.map(({ message }) => message).join('\n')
      for (const metric of ['Redeemed', 'Revoked', 'UsedLinksRefused']) expect(text).toMatch(`"${metric}":`)
    },
    { timeout: 30_000, interval: 200 },
  )
}

/** A queue of events of the deployment's bus. */
interface Queue {
  /** What has come so far. */
  readonly seen: ReadonlySet<string>
  /** Waits until each of these events has come: its type, and the id of its link. */
  receive(wanted: readonly string[]): Promise<void>
  /** Removes queue and rule. */
  close(): Promise<void>
}

/** Subscribes to the bus as a consumer does: a rule with a queue as its target. */
export async function subscribe({ endpoint, names }: Life): Promise<Queue> {
  const region = 'us-east-1'
  const Name = 'consumer'
  const bridge = new EventBridgeClient({ endpoint, region, credentials })
  const signer = new AwsClient({ ...credentials, service: 'sqs', region, retries: 0 })
  const sqs = async (action: string, input: object) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` }
    const response = await signer.fetch(`${endpoint}/`, { method: 'POST', headers, body: JSON.stringify(input) })
    return (await response.json()) as { QueueUrl?: string; Messages?: { Body: string; ReceiptHandle: string }[] }
  }
  const { QueueUrl } = await sqs('CreateQueue', { QueueName: Name })
  const rule = { Name, EventBusName: names.bus, EventPattern: JSON.stringify({ source: ['once-at-edge'] }) }
  await bridge.send(new PutRuleCommand(rule))
  const Targets = [{ Id: Name, Arn: `arn:aws:sqs:${region}:${account}:${Name}` }]
  await bridge.send(new PutTargetsCommand({ Rule: Name, EventBusName: names.bus, Targets }))
  const seen = new Set<string>()
  return {
    seen,
    async receive(wanted) {
      await vi.waitFor(
        async () => {
          const { Messages = [] } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 })
          for (const { Body, ReceiptHandle } of Messages) {
            const event = JSON.parse(Body) as { 'detail-type': string; detail: { id: string } }
            seen.add(`${event['detail-type']} ${event.detail.id}`)
            await sqs('DeleteMessage', { QueueUrl, ReceiptHandle })
          }
          expect([...seen]).toEqual(expect.arrayContaining([...wanted]))
        },
        { timeout: 30_000, interval: 200 },
      )
    },
    async close() {
      await sqs('DeleteQueue', { QueueUrl })
      await bridge.send(new RemoveTargetsCommand({ Rule: Name, EventBusName: names.bus, Ids: [Name] }))
      await bridge.send(new DeleteRuleCommand({ Name, EventBusName: names.bus }))
    },
  }
}
