import { unlessAborted } from '../../../../client/abortable.ts'
import { parseJsonObject } from '../../../../client/problem.ts'
import { metricLine } from '../../../../shared/metrics.ts'
import type { Region } from '../../../../shared/regions.ts'
import { type EpochMs, plusMs } from '../../../../shared/time.ts'
import { type Answer, factOf, no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'

/** Milliseconds between two reads of what AWS delivers late. CloudWatch gets a metric once a minute. */
const pollMs = 30_000

/** An entry of an access log, by the names of its fields. */
type Entry = Readonly<Record<string, unknown>>

/** Returns a field's text; `-`, as CloudFront writes it, if there is none. */
function fieldText(field: unknown): string {
  return typeof field === 'string' || typeof field === 'number' ? String(field) : '-'
}

/**
 * Reads entries until one is of this response, whose `X-Amz-Cf-Id` is its `x-edge-request-id` (CloudFront, "Standard logging reference").
 * Undefined if none arrived in time.
 */
async function entryOf(id: string | undefined, bucket: string, context: ProveContext): Promise<Entry | undefined> {
  if (id === undefined) throw new Error('the response has no X-Amz-Cf-Id')
  const entries = () => context.ports.aws.proofs.logEntries(bucket, 'us-east-1')
  return untilArrived(context, async () => (await entries()).find(entry => entry['x-edge-request-id'] === id))
}

/** Reads again and again what AWS delivers late; undefined if it did not arrive in time. */
export async function untilArrived<T>(
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

const inTime = 'no entry arrived in time (--wait): CloudFront delivers most within the hour, some within a day'

/** The access log of the deployment gets an entry for a part of a file. */
export const accessLog: Question = {
  id: 'access-log',
  asks: 'the access log has an entry for a part of a file (206), with its range',
  source: 'CloudFront, "Standard logging reference": sc-range-start',
  isRelied: () => false,
  async answer(context) {
    const { settings, names, links, ports } = context
    if (!settings.accessLogs) return notTried('the deployment has no access log (accessLogs: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const { url } = await links.open(await links.issue({ bind: 'none' }))
    const startedAt = ports.clock.now()
    if (url === undefined) throw new Error('the link was not opened')
    const part = await links.get(url, { headers: { range: 'bytes=5-9' } })
    if (part.status !== 206) return no(`the part returned ${part.status}`, 'none is needed: nothing relies on it')
    const entry = await entryOf(part.header('x-amz-cf-id'), names.accessLogBucket, context)
    return entry === undefined ? notTried(inTime) : judgePart(entry, minutesSince(startedAt, ports.clock.now()))
  },
}

function judgePart(entry: Entry, late: string): Answer {
  const start = fieldText(entry['sc-range-start'])
  const end = fieldText(entry['sc-range-end'])
  if (start === '5' && end === '9') return yes(`with its range, within ${late}`)
  return no(
    `the entry has the range ${start} to ${end}, not 5 to 9`,
    'take no proof of delivery from parts: events say what was opened (events: true)',
  )
}

/** Bytes of a file that is broken off: more than CloudFront and this machine keep in their buffers. */
const largeBytes = 32 * 1024 * 1024

/** What the access log has of a download that the viewer breaks off. */
export const brokenOffLog: Question = {
  id: 'access-log-broken-off',
  asks: 'what does the access log say of a download that the viewer breaks off?',
  source: 'CloudFront, "Standard logging reference": x-edge-result-type, x-edge-detailed-result-type, sc-bytes',
  isRelied: () => false,
  async answer(context) {
    const { settings, names, links } = context
    if (!settings.accessLogs) return notTried('the deployment has no access log (accessLogs: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const large = { key: 'once/prove-large.txt', text: 'x'.repeat(largeBytes) }
    const link = await links.issue({ bind: 'none' }, large)
    const { url } = await links.redirect(link)
    if (url === undefined) throw new Error('the link was not opened')
    const entry = await entryOf(await links.breakOff(url), names.accessLogBucket, context)
    return entry === undefined ? notTried(inTime) : judgeBrokenOff(entry)
  },
}

function judgeBrokenOff(entry: Entry): Answer {
  const field = (name: string) => fieldText(entry[name])
  const found = `status ${field('sc-status')}, result ${field('x-edge-result-type')}, ${field('sc-bytes')} of ${largeBytes} bytes`
  return word(field('x-edge-detailed-result-type'), found)
}

/** What a function logs arrives in the access log. */
export const logData: Question = {
  id: 'log-data',
  asks: 'what a function passes to cf.logCustomData() arrives in the access log; how late?',
  source: 'CloudFront, "General helper methods" and "Standard logging": viewer-request-log-data',
  isRelied: () => false,
  also: 'logs',
  async answer(context) {
    const { trialOf, links, ports } = context
    const trial = trialOf('logs')
    if (trial.kind === 'missing') return notTried(trial.why)
    const around = 'none is needed: nothing relies on it, and x-edge-request-id joins the entries of one request'
    if (trial.kind === 'refused') return no(`AWS refused the log: ${trial.reasons.join('; ')}`, around)
    const { Host = '', Bucket = '' } = trial.outputs
    const startedAt = ports.clock.now()
    const received = await links.get(`https://${Host}/`)
    if (received.status !== 200) throw new Error(`the throw-away distribution returned ${received.status}`)
    const entry = await entryOf(received.header('x-amz-cf-id'), Bucket, context)
    if (entry === undefined) return notTried(inTime)
    const data = entry['viewer-request-log-data']
    if (data !== 'once-prove') return no('an entry arrived without the text of the function', around)
    return word(
      `within ${minutesSince(startedAt, ports.clock.now())}`,
      'an entry arrived with the text of the function',
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
