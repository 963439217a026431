import { type Link, parseLinkId } from '../../shared/link.ts'
import { isReceived, receivedKey } from '../../shared/received.ts'
import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'
import { publishOne } from './handler.ts'
import { publicFields } from './link-event.ts'
import type { LinkEvent, ReadingPorts, TimeLeft } from './ports.ts'

/** What the rule passes on of S3's event. */
export interface ReceivedFile {
  /** The key of the object, which no event of ours has. */
  readonly key: string
  /** Its size. */
  readonly bytes: number
  /** When S3 made it, as RFC 3339. */
  readonly at: string
}

/**
 * Creates the function that publishes `File received`, if a new object is the file of a link: its key names the link and the redemption
 * that the link has. S3 may send the same event twice: then this publishes the same event twice. Rejects if the link can't be read, or the
 * event may not be on the bus: then Lambda calls it twice more.
 */
export function createFileReceived(
  { read, ...ports }: ReadingPorts,
  deployment: string,
): (file: ReceivedFile, context: TimeLeft) => Promise<void> {
  return async (file, context) => {
    const id = isReceived(file.key) ? parseLinkId(file.key.split('/').at(-2) ?? '') : undefined
    const link = id && (await read(id))
    const event = link && eventOf(link, file, deployment)
    if (event !== undefined) await publishOne(event, ports, context)
  }
}

/** Returns the event; undefined if the object is not the one that the use of the link may make. */
function eventOf(link: Link, { key, bytes, at: time }: ReceivedFile, deployment: string): LinkEvent | undefined {
  const { id: linkId, maxBytes, receipt } = link
  if (maxBytes === undefined || receipt === undefined) return undefined
  if (key !== receivedKey(link, { linkId, redemptionId: receipt.redemptionId })) return undefined
  const at = secondsOf(Date.parse(time) as EpochMs)
  const detail = { deployment, ...publicFields(link, receipt), bytes, at: rfc3339(at), eventId: `${linkId}-received` }
  return { type: 'File received', at, detail }
}
