import { openSync, readSync, writeSync } from 'node:fs'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { browserEvent } from './event.ts'

/**
 * Resident memory, in bytes, once `openings` links were opened, and the most there was until then. The subject writes one
 * such line on stderr for each mark.
 */
export interface Resident {
  readonly openings: number
  readonly rss: number
  readonly peak: number
}

/** A nonce and the end of its line. */
const lineBytes = 44

/**
 * Opens the links in the file `nonces`, one nonce a line, one after the other, and says how much memory it takes after as
 * many as each of `marks`. Nothing else is in this process: no channel to the bench, no clock, no list of latencies.
 */
async function main(bundle: string, nonces: string, marks: readonly number[]): Promise<void> {
  const { handler } = (await import(bundle)) as {
    handler: (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>
  }
  const say = (openings: number) => {
    const resident: Resident = { openings, rss: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 }
    writeSync(2, `${JSON.stringify(resident)}\n`)
  }
  say(0)
  const file = openSync(nonces, 'r')
  const line = Buffer.alloc(lineBytes)
  let openings = 0
  for (const mark of marks) {
    // One event at a time, as Lambda does it: a hundred in memory would be most of what is measured.
    for (; openings < mark; openings += 1) {
      if (readSync(file, line) < lineBytes) throw new Error(`${openings} nonces, but ${mark} are to be opened`)
      const { status } = await handler(browserEvent(line.toString('latin1', 0, lineBytes - 1)))
      if (status !== '302') throw new Error(`opening ${openings} was answered ${status}`)
    }
    say(openings)
  }
  process.exit()
}

const [, , bundle = '', nonces = '', ...marks] = process.argv
await main(bundle, nonces, marks.map(Number))
