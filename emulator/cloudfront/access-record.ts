import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DeliveryRecord } from '../../shared/delivery/facts.ts'
import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'

/** What a record has of a response, beside what is seen of its connection. */
export interface Recorded {
  /** What the gate wrote into the log. */
  readonly logged: string
  /** Headers of the response, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly now: () => EpochMs
}

/**
 * Waits until a response ends or breaks off, and returns its record as CloudFront logs it in JSON. `sc-bytes` counts what went to the
 * connection, head included, which may be more than the viewer got. Call it before the response begins.
 */
export async function recordOf(
  request: IncomingMessage,
  response: ServerResponse,
  { logged, headers, now }: Recorded,
): Promise<DeliveryRecord> {
  const { socket } = request
  const before = socket.bytesWritten
  await once(response, 'close')
  const bytes = socket.bytesWritten - (response.writableFinished ? 0 : socket.writableLength) - before
  const [date = '', time = ''] = rfc3339(secondsOf(now())).slice(0, -1).split('T')
  const [, start = '-', end = '-'] = /^bytes (\d+)-(\d+)/.exec(headers['content-range'] ?? '') ?? []
  const isWhole = response.writableFinished && response.statusCode < 400
  return {
    date,
    time,
    'cs-method': request.method ?? '-',
    'sc-status': String(response.statusCode),
    'sc-bytes': String(bytes),
    'sc-content-len': headers['content-length'] ?? '-',
    'sc-range-start': start,
    'sc-range-end': end,
    'x-edge-result-type': isWhole ? (headers['x-cache']?.split(' ')[0] ?? 'Miss') : 'Error',
    'viewer-request-log-data': encodeURIComponent(logged),
  }
}
