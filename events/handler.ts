import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { linkEventOf, type StreamSource } from './link-event.ts'
import { deadlineOf, type Ports, type TimeLeft } from './ports.ts'
import { publish } from './publish.ts'

/** A Lambda behind the stream of the table of links, with partial batch responses (`ReportBatchItemFailures`). */
export type StreamHandler = (event: DynamoDBStreamEvent, context: TimeLeft) => Promise<DynamoDBBatchResponse>

/**
 * The function that tells the bus what happened to links. Whatever isn't surely on the bus is reported, from the first
 * such record on: Lambda comes again with that one and those after it, and with none before. Rejects for a record that
 * makes no sense: Lambda halves the batch until that record is alone.
 */
export function createHandler(ports: Ports, viewpoint: StreamSource): StreamHandler {
  return async ({ Records }, context) => {
    const startedAt = ports.clock.now()
    const told = Records.flatMap(record => {
      const event = linkEventOf(record, viewpoint)
      return event === undefined ? [] : [{ event, record }]
    })
    const events = told.map(({ event }) => event)
    const { accepted, error } = await publish(events, ports, deadlineOf(context, startedAt))
    const failed = told[accepted]
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
