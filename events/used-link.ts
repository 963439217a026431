import { gunzipSync } from 'node:zlib'
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, CloudWatchLogsLogEvent } from 'aws-lambda'
import { type EpochMs, rfc3339, secondsOf } from '../shared/time.ts'
import { deadlineOf, type LinkEvent, type Ports, type TimeLeft } from './ports.ts'
import { publish } from './publish.ts'

/** A Lambda that is subscribed to the edge's log. */
export type LogHandler = (event: CloudWatchLogsEvent, context: TimeLeft) => Promise<void>

/** Whose log it is. */
export interface LogSource {
  /** The name of the deployment. */
  readonly deployment: string
  /** The Region of the log, which is the one the edge function ran in. */
  readonly edgeRegion: string
}

/**
 * The function that tells the bus of each use of a link that was refused because the link is used: whoever holds a link
 * that works no more may have got it from somebody. The browser that has used it and comes back tells nothing. Rejects when not all is surely on the bus; Lambda then comes again
 * with the same lines, so some events may be told twice, with the same `eventId`.
 */
export function createLogHandler({ clock, bus, log }: Ports, source: LogSource): LogHandler {
  return async ({ awslogs }, context) => {
    const startedAt = clock.now()
    const lines = linesOf(awslogs.data)
    const events = lines.flatMap(line => usedLinkEvent(line, source) ?? [])
    const { accepted, error } = await publish(events, { clock, bus }, deadlineOf(context, startedAt))
    log({
      outcome: 'published',
      records: lines.length,
      events: events.length,
      accepted,
      ms: clock.now() - startedAt,
      ...(error === undefined ? {} : { error }),
    })
    if (accepted < events.length)
      throw new Error(`${events.length - accepted} events are not surely on the bus: ${error}`)
  }
}

/** The log lines in what a subscription hands over (Amazon CloudWatch Logs, "Real-time processing of log data"). */
function linesOf(data: string): readonly CloudWatchLogsLogEvent[] {
  const text = gunzipSync(Buffer.from(data, 'base64')).toString()
  const { messageType, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData
  return messageType === 'DATA_MESSAGE' ? logEvents : [] // else it is a message that tries whether we are reachable
}

/** The event in a line of the edge's log (`LogLine` in edge/ports.ts), if it is one. Lambda's own lines are there as well. */
export function usedLinkEvent(
  line: CloudWatchLogsLogEvent,
  { deployment, edgeRegion }: LogSource,
): LinkEvent | undefined {
  const { outcome, reason, sameClient, linkId, requestId } = fieldsOf(line.message)
  if (outcome !== 'refused' || reason !== 'spent' || sameClient !== undefined || linkId === undefined) return undefined
  const at = secondsOf(line.timestamp as EpochMs)
  const detail = { deployment, id: linkId, requestId, edgeRegion, at: rfc3339(at), eventId: line.id }
  return { type: 'Used link refused', at, detail }
}

/** Some of `LogLine`. */
type Fields = Partial<Record<'outcome' | 'reason' | 'linkId' | 'requestId', string>> & { readonly sameClient?: unknown }

function fieldsOf(message: string): Fields {
  try {
    return Object(JSON.parse(message)) as Fields
  } catch {
    return {}
  }
}
