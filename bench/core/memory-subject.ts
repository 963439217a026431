import { openSync, readSync, writeSync } from 'node:fs'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { browserEvent } from '../event.ts'

/**
 * Resident memory after `redemptions`, and its highest value so far, both in bytes. The subject writes one such line on
 * stderr for each mark.
 */
export interface Resident {
  readonly redemptions: number
  readonly rss: number
  readonly peak: number
}

/** Length of a nonce and its line end. */
const lineBytes = 44

/**
 * Redeems the links of the file `nonces`, one nonce a line, one after the other, and reports its memory after each number
 * of redemptions in `marks`. This process does nothing else: no channel to the bench, no clock, no list of latencies.
 */
async function main(bundle: string, nonces: string, marks: readonly number[]): Promise<void> {
  const { handler } = (await import(bundle)) as {
    handler: (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>
  }
  const report = (redemptions: number) => {
    const [rss, peak] = [process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024]
    const resident: Resident = { redemptions, rss, peak }
    writeSync(2, `${JSON.stringify(resident)}\n`)
  }
  report(0)
  const file = openSync(nonces, 'r')
  const line = Buffer.alloc(lineBytes)
  let redemptions = 0
  for (const mark of marks) {
    // One event at a time, like Lambda: a hundred events would be most of the measured memory.
    for (; redemptions < mark; redemptions += 1) {
      if (readSync(file, line) < lineBytes) throw new Error(`${redemptions} nonces are too few for ${mark} redemptions`)
      const { status } = await handler(browserEvent(line.toString('latin1', 0, lineBytes - 1)))
      if (status !== '302') throw new Error(`redemption ${redemptions} responded with ${status}`)
    }
    report(redemptions)
  }
  process.exit()
}

const [, , bundle = '', nonces = '', ...marks] = process.argv
await main(bundle, nonces, marks.map(Number))
