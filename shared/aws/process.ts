import type { Clock, EpochMs } from '../time.ts'
import type { ClientConfig } from './aws-json-client.ts'

// Not imported: an import also loads what node:fs depends on, such as its promises, for 2 ms of every cold start of the edge.
const fs = process.getBuiltinModule('node:fs')
const standardOutput = 1

/**
 * Prints a line, if there is one, on standard output, which Lambda collects. Never throws: if the line can't be written,
 * it is lost, because the response is made by then and must reach the caller. Not `console.log`, before whose lines Lambda
 * puts words, so they wouldn't be JSON and their metrics not found; and not `process.stdout`, which takes 2 MB.
 */
export function printLine(line: string | undefined): void {
  if (line === undefined) return
  try {
    fs.writeSync(standardOutput, `${line}\n`)
  } catch {
    // There is no other place to report it.
  }
}

/** Prints an object as a line of JSON; see `printLine`. */
export function logLine(line: object): void {
  printLine(JSON.stringify(line))
}

/** The machine's clock. In functions, only main files and adapters use it. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}

/**
 * Returns the function's own credentials, which Lambda sets for the life of its process, and the endpoint of a service, if not AWS's
 * own. Its variable is that of the SDKs; only tests set it.
 */
export function ownConfig(
  service: 'DYNAMODB' | 'EVENTBRIDGE' | 'S3' | 'SECRETS_MANAGER',
): Pick<ClientConfig, 'credentials' | 'endpoint'> {
  const { env } = process
  return {
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: env['AWS_SESSION_TOKEN'],
    },
    endpoint: env[`AWS_ENDPOINT_URL_${service}`],
  }
}
