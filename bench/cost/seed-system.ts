import { type Bill, billFor, type Use, usesOf } from './bill.ts'
import { gigabyteSeconds, logUses, requestsOf, wafUses } from './model.ts'
import type { Setup, Workload } from './workload.ts'

/** An item of up to 4 KB, eventually consistent (DynamoDB developer guide, "read/write capacity mode"). */
const readUnitsPerGet = 0.5

/**
 * What the same workload costs with what AWS's samples give: one Region, a REST API before two Lambda functions that
 * issue and redeem, a DynamoDB table that is read and then written, an S3 presigned URL, the bytes straight from S3.
 *
 * It can't tell a forged nonce from a spent one, so every refusal costs a call, an invocation and a read. It keeps no
 * receipts, has no replicas, and two viewers at once may both win.
 */
export function seedBill(workload: Workload, setup: Omit<Setup, 'mode'>): Bill {
  const { redemptions, megabytes } = workload
  const { issuerMb: mb, issuerMs: ms, logBytes, waf } = setup
  const { issued, openings } = requestsOf(workload)
  const calls = issued + openings
  const uses: readonly Use[] = [
    ...usesOf('bytes to viewers', [['one file a redemption, from S3', 's3Out', (redemptions * megabytes) / 1000]]),
    ...usesOf('API Gateway', [['one call a link and one an opening', 'restRequest', calls]]),
    ...usesOf('Lambda', [
      ['one invocation a link and one an opening', 'lambdaInvocation', calls],
      [`both x ${mb} MB x ${ms} ms`, 'lambdaDuration', gigabyteSeconds(calls, { mb, ms })],
    ]),
    ...usesOf('DynamoDB', [
      ['one put a link', 'dynamodbWrite', issued],
      ['one read an opening', 'dynamodbRead', openings * readUnitsPerGet],
      ['one delete a redemption', 'dynamodbWrite', redemptions],
    ]),
    ...usesOf('S3 requests', [['one download a redemption', 's3Get', redemptions]]),
    ...logUses(calls, logBytes),
    ...(waf ? wafUses(calls) : []),
  ]
  return billFor('seed system', uses, { ...workload, ...setup })
}
