/**
 * Days of a month; for which a link waits to be redeemed; for which a receipt stays after that; for which logs stay that are only for
 * deliveries; for which a delivery stays.
 */
export const days = { month: 30, unused: 1, receipt: 31, proofLog: 7, delivery: 37 } as const

/** Records in an object of the access log: few, as each edge location writes its own, several times an hour. */
export const logObjects = { records: 20 } as const

/** Hours of a month, by which AWS bills endpoints. */
export const hours = 730

/** Periods of 5 minutes in a month: an execution environment reads the secret once in each (shared/secrets/keys.ts). */
export const refreshes = 12 * 24 * days.month

/** Runs of the function of totals in a month. */
export const watches = 4 * 24 * days.month

/**
 * Sizes in bytes: of a redirect with the headers that CloudFront adds; of a redemption's call of the table in another Region, whose
 * request has a session token; of an item with its index entry; of a line in the access log of CloudFront, of one that is only for deliveries, of a delivery, of a line in that of the api; of a line of a function's log.
 */
export const bytes = {
  redirect: 1500,
  storeCall: 3000,
  item: 500,
  accessLog: 700,
  deliveryLog: 300,
  delivery: 250,
  apiLog: 400,
  logLine: 600,
} as const

/**
 * Seconds of an invocation: at the edge, for a refusal without a call of the table, more in mode `strong`, whose writes wait for a second Region, of the api for one link and
 * for a batch, for each request of an upload, of the other functions; and GB of all but the edge's. tools/bench/results.md has less for the edge; for
 * the api, once measured, 4 ms of CPU with so little memory, to which a look at S3 and a write come. No AWS has confirmed either.
 */
export const run = {
  edge: 0.04,
  refusal: 0.005,
  strongWrite: 0.02,
  issue: 0.025,
  batch: 1,
  upload: 0.1,
  other: 0.1,
  gigabytes: 0.25,
} as const

/**
 * Webhooks: requests by which Lambda polls an empty queue in a month, five at a time for 20 seconds each (Lambda, "Scaling Amazon SQS
 * event source mappings"); requests to a queue for a webhook, and seconds of the function, both for one that is delivered at once.
 */
export const webhook = { polls: 5 * 3 * 60 * 24 * days.month, requests: 3, seconds: 0.2 } as const

/**
 * One visit of the page for senders, in which one link is sent: requests for its files and their bytes, compressed, as of a browser that
 * keeps none; requests for the list of links, every 10 seconds of a minute; runs of the authorizer, whose results are kept for a minute.
 */
export const visit = { files: 4, bytes: 40_000, lists: 6, logins: 2 } as const

/** Seconds for which Lambda waits for a batch of the stream; less if events are published. */
export const batchWindow = { counted: 60, published: 5 } as const
