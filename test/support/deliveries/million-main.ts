import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { createHandler } from '../../../jobs/deliveries/handler.ts'
import { readLine } from '../../../jobs/deliveries/record.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { deliveryRecord, notification } from './function.ts'

// A process of its own, as Lambda's: folds one object with as many records as the first argument says, of links by the second, and
// prints what came of it with the most memory that it took. The table keeps nothing, as it is not in this process.

const [records = 0, links = 1] = process.argv.slice(2).map(Number)

function* lines() {
  for (let index = 0; index < records; index += 1) {
    const id = `L${String((index * 7919) % links).padStart(21, '0')}`
    // Ranges that join: each link has many pieces of its file.
    const start = (index % 50) * 20
    const status = { 'sc-status': '206', 'sc-range-start': String(start), 'sc-range-end': String(start + 19) }
    yield `${JSON.stringify(deliveryRecord({ ...status, 'sc-bytes': '700', 'viewer-request-log-data': `${id}.1000` }))}\n`
  }
}

if (readLine(lines().next().value ?? '') === 'unreadable') throw new Error('not a record')
let writes = 0
const lastLine: object[] = []
const handle = createHandler(
  {
    clock: systemClock,
    objects: { open: async () => Readable.from(lines()).pipe(createGzip({ level: 1 })) },
    store: {
      find: async () => undefined,
      async write() {
        writes += 1
        return true
      },
    },
    log: line => lastLine.push(line),
  },
  'once',
)
const Records = [{ messageId: '1', body: notification('AWSLogs/x.gz') }]
const context = { getRemainingTimeInMillis: () => 900_000 }
const result = await handle({ Records } as Parameters<typeof handle>[0], context)
// In kilobytes, as Linux counts them.
const { maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ ...lastLine[0], failed: result.batchItemFailures.length, writes, maxRSS }))
