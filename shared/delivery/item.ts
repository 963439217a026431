import type { EpochSeconds } from '../time.ts'
import type { DeliveryFacts, DeliveryId } from './facts.ts'
import { parseRanges, rangesText } from './ranges.ts'

/** A delivery as it is stored. */
export interface StoredDelivery {
  readonly facts: DeliveryFacts
  /** Its event has been published. */
  readonly announced: boolean
  /** Each write adds one: so no writer overwrites what another has added. */
  readonly version: number
}

/** An item of DynamoDB, as far as these have attributes. */
export type DeliveryItem = Record<string, { S: string } | { N: string } | { BOOL: boolean }>

/** Returns the item of a delivery, which TTL removes from `expiresAt` on. */
export function itemOfDelivery({ facts, announced, version }: StoredDelivery, expiresAt: EpochSeconds): DeliveryItem {
  const { id, written, perhaps, size, whole, firstAt, lastAt } = facts
  const number = (value: number) => ({ N: String(value) })
  return {
    id: { S: id },
    written: { S: rangesText(written) },
    perhaps: { S: rangesText(perhaps) },
    ...(size !== undefined && { size: number(size) }),
    ...(whole !== undefined && { whole: number(whole) }),
    firstAt: number(firstAt),
    lastAt: number(lastAt),
    announced: { BOOL: announced },
    version: number(version),
    expiresAt: number(expiresAt),
  }
}

/** Returns the delivery of an item that `itemOfDelivery` made. */
export function deliveryOfItem(
  item: Readonly<Record<string, { S?: string; N?: string; BOOL?: boolean } | undefined>>,
): StoredDelivery {
  const text = (name: string) => item[name]?.S ?? ''
  const number = (name: string) => Number(item[name]?.N)
  return {
    facts: {
      id: text('id') as DeliveryId,
      written: parseRanges(text('written')),
      perhaps: parseRanges(text('perhaps')),
      ...(item['size'] !== undefined && { size: number('size') }),
      ...(item['whole'] !== undefined && { whole: number('whole') }),
      firstAt: number('firstAt') as EpochSeconds,
      lastAt: number('lastAt') as EpochSeconds,
    },
    announced: item['announced']?.BOOL === true,
    version: number('version'),
  }
}

/** Seconds for which a receipt stays after its link, and for which a link lives at most: settings of a deployment. */
interface Lives {
  readonly receiptSeconds: number
  readonly maxLinkSeconds: number
}

/** Returns the seconds for which a delivery stays after its last response: at least as long as the receipt of its link. */
export function deliveryKeepSeconds({ receiptSeconds, maxLinkSeconds }: Lives): number {
  return receiptSeconds + maxLinkSeconds
}
