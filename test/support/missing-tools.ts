import { installedRuntimeClient } from '../../bench/runtime-client.ts'
import { missingForDynamodbLocal } from '../../emulator/dynamodb/dynamodb-local.ts'
import { missingChromium } from './chromium.ts'
import { missingForSwift } from './swift-installed.ts'

/** Returns a teardown that lists, after the last test, the suites that were skipped because their tool is missing. */
export default function setup(): () => void {
  const client = installedRuntimeClient()
  const skipped = [
    ['on Amazon DynamoDB Local', missingForDynamodbLocal()],
    ['in a browser', missingChromium],
    ['on the S3 of swift', missingForSwift()],
    ["under AWS's runtime client for Lambda", 'missing' in client ? client.missing : undefined],
  ].flatMap(([suites, reason]) => (reason === undefined ? [] : [`Skipped: every suite ${suites}, because ${reason}`]))
  return () => {
    if (skipped.length > 0) console.warn(`\n${skipped.join('\n')}\n`)
  }
}
