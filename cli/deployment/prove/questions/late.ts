import { unlessAborted } from '../../../../client/abortable.ts'
import { parseJsonObject } from '../../../../client/problem.ts'
import { isLinkView } from '../../../../client/shapes.ts'
import { edgeStackRegion } from '../../../../infra/settings/settings.ts'
import { metricLine } from '../../../../shared/metrics.ts'
import type { Region } from '../../../../shared/regions.ts'
import { type EpochMs, plusMs } from '../../../../shared/time.ts'
import { expectedReaders } from '../../names.ts'
import { factOf, no, notTried, type ProveContext, type Question, yes } from '../question.ts'
import { idOf } from '../trial-links.ts'

/** Milliseconds between two reads of what AWS delivers late. CloudWatch gets a metric once a minute. */
const pollMs = 30_000

/** Reads again and again what AWS delivers late; undefined if it did not arrive in time. */
async function untilArrived<T>(
  { ports, waitUntil, signal }: ProveContext,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    const found = await read()
    if (found !== undefined || ports.clock.now() >= waitUntil()) return found
    await unlessAborted(ports.clock.pause(pollMs), signal)
  }
}

function minutesSince(start: EpochMs, now: EpochMs): string {
  return `${Math.ceil((now - start) / 60_000)} minutes`
}

/** Bytes of a file that is broken off: more than CloudFront and this machine keep in their buffers. */
const largeBytes = 32 * 1024 * 1024

/** The access log says how far a file was delivered, and the deployment reads it. */
export const delivery: Question = {
  id: 'delivery',
  asks: 'a download is shown as complete, and one that breaks off is not',
  source:
    'decision 51; CloudFront, "Standard logging reference": viewer-request-log-data, x-edge-result-type, sc-bytes',
  isRelied: ({ deliveryProof }) => deliveryProof,
  async answer(context) {
    const { settings, links, ports } = context
    if (!settings.deliveryProof) return notTried('the deployment reads no deliveries (deliveryProof: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const whole = await links.issue({ receipt: true })
    await links.open(whole)
    const large = { key: 'once/prove-large.txt', text: 'x'.repeat(largeBytes) }
    const broken = await links.issue({ receipt: true }, large)
    const { url } = await links.redirect(broken)
    if (url === undefined) throw new Error('the link was not opened')
    await links.breakOff(url)
    const startedAt = ports.clock.now()
    const stateOf = async (link: string) => {
      const shown = await links.send({ method: 'GET', path: `/links/${idOf(link)}`, isExpected: isLinkView })
      return shown.delivery?.state ?? 'none'
    }
    const states = await untilArrived(context, async () => {
      const read = [await stateOf(whole), await stateOf(broken)] as const
      return read.some(state => state === 'none' || state === 'unknown') ? undefined : read
    })
    if (states === undefined)
      return notTried('not both arrived in time (--wait): CloudFront delivers most within the hour, some within a day')
    const late = minutesSince(startedAt, ports.clock.now())
    const found = `the download is ${states[0]}, that which broke off ${states[1]}, within ${late}`
    return states[0] === 'complete' && states[1] !== 'complete'
      ? yes(found)
      : no(found, 'deliveryProof: false; the receipt still says that a link was used')
  },
}

/** Milliseconds after which a use is counted: the reader waits up to a minute for a batch, CloudWatch takes three. */
const countedMs = 300_000

/** Uses are counted and published from the table's stream. If its filters match nothing, nothing else shows it. */
export const events: Question = {
  id: 'events',
  asks: 'a link that was opened is counted: the filters of the stream match',
  source:
    'Lambda, "Using event filtering with a DynamoDB event source", names the key dynamodb alone; we filter eventName, too',
  isRelied: () => true,
  async answer(context) {
    const { settings, names, links, ports } = context
    if (links.missing !== undefined) return notTried(links.missing)
    const since = ports.clock.now()
    const { redirect } = await links.redirect(await links.issue())
    if (redirect.status !== 302) throw new Error(`the link returned ${redirect.status}, not a redirect`)
    const readers = expectedReaders(settings, names).filter(({ name }) => name === names.jobFunction('events'))
    const counted = await untilArrived(context, async () => {
      const sums = readers.map(({ region }) => ports.aws.proofs.ownMetric('Redeemed', settings.name, { region, since }))
      return (await Promise.all(sums)).some(sum => sum > 0) || undefined
    })
    const late = minutesSince(since, ports.clock.now())
    if (counted !== undefined) return yes(`within ${late}`)
    if (ports.clock.now() - since < countedMs) return notTried(`not counted within ${late} (--wait)`)
    const around = 'no setting does: file an issue; until then nothing is counted, published or sent to webhooks'
    return no(`not counted within ${late}`, around)
  },
}

/** A webhook passes a bus, a rule, a queue and a function before a system of yours gets it. */
export const webhook: Question = {
  id: 'webhook',
  asks: 'the first endpoint accepts the webhook of a link that was opened',
  source:
    'SQS, "Available CloudWatch metrics": the function leaves a line of what was not accepted, and of nothing else',
  isRelied: ({ endpoints = [] }) => endpoints.length > 0,
  async answer(context) {
    const { settings, names, links, ports } = context
    const [endpoint] = settings.endpoints ?? []
    if (endpoint === undefined) return notTried('no webhook is sent (endpoints)')
    if (links.missing !== undefined) return notTried(links.missing)
    const since = ports.clock.now()
    const link = await links.issue({ notify: endpoint.id })
    await links.redirect(link)
    const { proofs } = ports.aws
    const [queue, from] = [names.endpointQueue(endpoint.id), { region: edgeStackRegion, since }] as const
    const failed = { word: idOf(link), since }
    const line = await untilArrived(context, async () => {
      const isHandled = (await proofs.handledMessages(queue, from)) > 0
      const found = await proofs.logLine(names.logsOf(names.jobFunction('webhooks')), edgeStackRegion, failed)
      return found ?? (isHandled ? '' : undefined)
    })
    const late = minutesSince(since, ports.clock.now())
    if (line === undefined) return notTried(`neither accepted nor refused within ${late} (--wait)`)
    if (line === '') return yes(`within ${late}`)
    const { status, reason } = parseJsonObject(line)
    const found = `not accepted: ${String(status ?? reason)}`
    return no(found, 'docs/webhooks.md says what an endpoint must respond; what is kept can be sent again')
  },
}

/** A file goes an hour after its link was issued, at the earliest; the schedule's call and its line in the log take some minutes more. */
const fileEndMs = 4200_000

/** The only thing that a schedule does: if its role, its group or its target is wrong, files stay, and nothing else shows it. */
export const fileEnd: Question = {
  id: 'file-end',
  asks: 'a schedule calls the function that deletes the file of a link, once that is over',
  source: 'EventBridge Scheduler, "Confused deputy prevention": its role is for one group; decision 65',
  isRelied: ({ fileEnds }) => fileEnds,
  async answer(context) {
    const { settings, names, links, ports } = context
    if (!settings.fileEnds) return notTried('files stay (fileEnds: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const since = ports.clock.now()
    const file = { key: 'once/prove-end.txt', text: 'This file goes with its link.\n' }
    const wanted = { word: idOf(await links.issue({ deleteFile: true, expiresIn: 60 }, file)), since }
    const group = names.logsOf(names.jobFunction('file-ends'))
    const line = await untilArrived(context, () => ports.aws.proofs.logLine(group, settings.homeRegions[0], wanted))
    const late = minutesSince(since, ports.clock.now())
    const outcome = line === undefined ? 'not called' : parseJsonObject(line)['outcome']
    if (outcome === 'deleted') return yes(`within ${late}`)
    if (line === undefined && ports.clock.now() - since < fileEndMs)
      return notTried(`not called within ${late}: a file goes an hour after its link was issued (--wait)`)
    return no(
      `${typeof outcome === 'string' ? outcome : 'failed'} within ${late}`,
      'let a lifecycle rule of the bucket delete files (docs/links.md)',
    )
  },
}

/** How old a line of the edge may be that shows how lines arrive, in milliseconds: `refusals` makes the edge print one. */
const lineMs = 3600_000

/** Lines of the edge become metrics: the alarm on lost responses sees nothing else of it. */
export const edgeMetrics: Question = {
  id: 'edge-metrics',
  asks: 'lines of the edge function arrive as it prints them, and a line with a metric becomes one',
  source: 'Lambda, "Configuring log formats"; CloudWatch, "Specification: Embedded metric format"',
  isRelied: () => true,
  async answer(context) {
    const { facts, names, settings, ports } = context
    const { edgeLogs } = names
    const { proofs } = ports.aws
    const groups = Object.entries(factOf(facts, 'edgeLogs')).filter(([, group]) => group !== undefined)
    if (groups.length === 0) return notTried('there is no log group of the edge yet')
    const wanted = { word: 'refused', since: plusMs(ports.clock.now(), -lineMs) }
    const printed = await untilArrived(context, async () => {
      const lines = groups.map(async ([region]) => [region, await proofs.logLine(edgeLogs, region as Region, wanted)])
      return (await Promise.all(lines)).find(([, line]) => line !== undefined) as [Region, string] | undefined
    })
    if (printed === undefined) return notTried('no line of a refusal arrived in time (--wait)')
    const [region, line] = printed
    if (parseJsonObject(line)['outcome'] !== 'refused')
      return no(
        `a line in ${region} is not the JSON that the function prints`,
        'watch the alarm on 5xx of the distribution, which counts what the edge answers then, and file an issue',
      )
    const at = ports.clock.now()
    const text = metricLine({ deployment: settings.name, now: at }, { Proofs: 1 }, { outcome: 'proved' })
    await proofs.writeLine(edgeLogs, region, { text, at })
    const counted = () => proofs.ownMetric('Proofs', settings.name, { region, since: at })
    const sum = await untilArrived(context, async () => ((await counted()) > 0 ? true : undefined))
    if (sum === undefined) return notTried('the metric did not arrive in time (--wait)')
    return yes(`in ${region}, within ${minutesSince(at, ports.clock.now())}`)
  },
}
