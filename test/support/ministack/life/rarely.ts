import { randomUUID } from 'node:crypto'
import { CloudWatchClient, GetMetricStatisticsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { expect, test } from 'vitest'
import { readerRegionsOf } from '../../../../infra/placement/placement.ts'
import { metricsNamespace, type TotalName } from '../../../../shared/metrics.ts'
import { account } from '../ministack.ts'
import { type Life, reasonOf, spentStatus } from './deployed.ts'

const credentials = { accessKeyId: account, secretAccessKey: 'test' }

/** Registers what seldom happens, but needs permissions of its own. */
export function rareThingsHappen(life: () => Life): void {
  test('in every home Region, links with and without a receipt can be confirmed and exchanged', async () => {
    const { settings, home, issue, visit, api } = life()
    const homes = settings.mode === 'home' && settings.network === 'public' ? settings.homeRegions : [home]
    for (const homeRegion of homes) {
      for (const receipt of [true, false]) {
        const { url } = await issue({ homeRegion, receipt, confirm: true })
        expect(reasonOf(await visit(url))).toBe('unconfirmed')
        const nonce = (await issue({ homeRegion, receipt })).url.split('/').at(-1) ?? ''
        expect((await api.exchange(nonce)).url).toContain('X-Amz-Signature')
        await expect(api.exchange(nonce)).rejects.toMatchObject({ status: spentStatus(settings, receipt) })
      }
    }
  })

  test('an upload that is cancelled is ended', async () => {
    const cancelling = new AbortController()
    const { signal } = cancelling
    const onBegin = () => cancelling.abort()
    const upload = life().api.upload(new Blob(['x']), { filename: 'x.txt', signal, endOnAbort: true, onBegin })
    await expect(upload).rejects.toThrow('aborted')
  })

  test('a link that is issued before its object exists delivers what is uploaded later', async () => {
    const { issue, put, api } = life()
    const key = `later/${randomUUID()}.txt`
    const { url } = await issue({ key, allowMissing: true })
    await put(key, 'in time')
    const exchanged = await api.exchange(url.split('/').at(-1) ?? '')
    expect(await (await fetch(exchanged.url)).text()).toBe('in time')
  })

  test('what the last Region with readers counted is in the totals, from which alarms are made', async () => {
    const { invoke, names, settings, home, clock, endpoint } = life()
    const cloudwatchIn = (region: string) => new CloudWatchClient({ endpoint, region, credentials })
    const Dimensions = [{ Name: 'Deployment', Value: settings.name }]
    const [count, at] = [1000, clock.now() - 30 * 60_000]
    const MetricData = [{ MetricName: 'UsedLinksRefused', Dimensions, Timestamp: new Date(at), Value: count }]
    const last = cloudwatchIn(readerRegionsOf(settings).at(-1) ?? home)
    await last.send(new PutMetricDataCommand({ Namespace: metricsNamespace, MetricData }))
    await invoke(names.jobFunction('totals'), {}, 'us-east-1')
    const { Datapoints = [] } = await cloudwatchIn('us-east-1').send(
      new GetMetricStatisticsCommand({
        Namespace: metricsNamespace,
        MetricName: 'UsedLinksRefusedTotal' satisfies TotalName,
        Dimensions,
        StartTime: new Date(at - 3600_000),
        EndTime: new Date(clock.now() + 60_000),
        Period: 60,
        Statistics: ['Maximum'],
      }),
    )
    expect(Math.max(...Datapoints.map(({ Maximum = 0 }) => Maximum))).toBeGreaterThanOrEqual(count)
  })

  test('an update of the keys by CloudFormation changes nothing', async () => {
    const { invoke, names, settings } = life()
    const event = { RequestType: 'Update', PhysicalResourceId: settings.name }
    const updated = await invoke(names.keysFunction('create'), event, 'us-east-1')
    expect(updated).toMatchObject({ PhysicalResourceId: settings.name })
  })
}
