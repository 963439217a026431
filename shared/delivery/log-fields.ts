/**
 * The fields of an access log by which deliveries are known (CloudFront, "Standard logging reference"): when a response ended, how much
 * of what it had, whether it broke off, and which link it was for. No path, query, cookie, address, referrer or user agent.
 */
export const deliveryLogFields = [
  'date',
  'time',
  'cs-method',
  'sc-status',
  'sc-bytes',
  'sc-content-len',
  'sc-range-start',
  'sc-range-end',
  'x-edge-result-type',
  'viewer-request-log-data',
] as const

/** A record of an access log as JSON: each field is text, `-` if it has no value. */
export type DeliveryRecord = Readonly<Record<(typeof deliveryLogFields)[number], string>>
