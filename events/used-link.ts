import { gunzipSync } from 'node:zlib'
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, CloudWatchLogsLogEvent } from 'aws-lambda'
import { type EpochMs, rfc3339, secondsOf } from '../shared/time.ts'
import { deadlineOf, type LinkEvent, type Ports, type TimeLeft } from './ports.ts'
import { publish } from './publish.ts'

/** A Lambda function that is subscribed to the edge's log. */
export type LogHandler = (event: CloudWatchLogsEvent, context: TimeLeft) => Promise<void>

/** The deployment and Region of a log. */
export interface LogSource {
  /** The name of the deployment. */
  readonly deployment: string
  /** Region of the log, in which the edge function ran. */
  readonly edgeRegion: string
}

/**
 * Creates the function that publishes an event for each refusal of a used link, except to the client that used it: the
 * holder may have it from someone else. Rejects unless all events are certainly on the bus. Then Lambda repeats the
 * same lines, so some events may be published twice, with the same `eventId`.
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
    if (accepted < events.length) throw new Error(`${events.length - accepted} events may not be on the bus: ${error}`)
  }
}

/** Returns the log lines in a subscription's data (Amazon CloudWatch Logs, "Real-time processing of log data"). */
function linesOf(data: string): readonly CloudWatchLogsLogEvent[] {
  const text = gunzipSync(Buffer.from(data, 'base64')).toString()
  const { messageType, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData
  return messageType === 'DATA_MESSAGE' ? logEvents : [] // CONTROL_MESSAGE checks that the function is reachable
}

/**
 * Returns the event of a line of the edge's log (`LogLine` in edge/ports.ts), if it has one. The log also has Lambda's
 * own lines.
 */
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

/** The fields of `LogLine` that events use. */
type LogFields = Partial<Record<'outcome' | 'reason' | 'linkId' | 'requestId', string>> & {
  readonly sameClient?: unknown
}

function fieldsOf(message: string): LogFields {
  try {
    return Object(JSON.parse(message)) as LogFields
  } catch {
    return {}
  }
}
