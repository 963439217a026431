import { deployment } from '../../shared/aws/deployment.ts'
import { logLine, systemClock } from '../../shared/aws/process.ts'
import { assert } from '../../shared/errors.ts'
import { httpsTransport, isPublicAddress } from './adapters/https.ts'
import { secretsManager, sqsQueue } from './adapters/aws.ts'
import { createHandler } from './handler.ts'

const { DEAD_LETTER_URL: deadLetterUrl } = process.env
assert(deadLetterUrl, 'set DEAD_LETTER_URL')

/** The function that reads the queues of endpoints in us-east-1; see `createHandler`. */
export const handler = createHandler(
  {
    clock: systemClock,
    random: Math.random,
    transport: httpsTransport({ isAllowed: isPublicAddress }),
    secrets: secretsManager(systemClock),
    queue: sqsQueue(deadLetterUrl),
    log: line => {
      if (line.outcome !== 'delivered' || line.error !== undefined) logLine(line)
    },
  },
  deployment.endpoints ?? [],
)
