import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { linkEventOf, type StreamSource } from './link-event.ts'
import { deadlineOf, type Ports, type TimeLeft } from './ports.ts'
import { publish } from './publish.ts'

/**
 * A Lambda function that reads the stream of the table of links, with partial batch responses
 * (`ReportBatchItemFailures`).
 */
export type StreamHandler = (event: DynamoDBStreamEvent, context: TimeLeft) => Promise<DynamoDBBatchResponse>

/**
 * Creates the function that publishes what happened to links. It reports the first record whose event may not be on the
 * bus: Lambda repeats that record and those after it, and none before. Rejects for an invalid record: Lambda halves the
 * batch until that record is alone.
 */
export function createHandler(ports: Ports, source: StreamSource): StreamHandler {
  return async ({ Records }, context) => {
    const startedAt = ports.clock.now()
    const recordsOfEvents = Records.flatMap(record => {
      const event = linkEventOf(record, source)
      return event === undefined ? [] : [{ event, record }]
    })
    const events = recordsOfEvents.map(({ event }) => event)
    const { accepted, error } = await publish(events, ports, deadlineOf(context, startedAt))
    const failed = recordsOfEvents[accepted]
    ports.log({
      outcome: 'published',
      records: Records.length,
      events: events.length,
      accepted,
      ms: ports.clock.now() - startedAt,
      ...(error === undefined ? {} : { error }),
    })
    return { batchItemFailures: failed ? [{ itemIdentifier: failed.record.dynamodb?.SequenceNumber ?? '' }] : [] }
  }
}
