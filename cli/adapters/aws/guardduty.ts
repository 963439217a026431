import * as v from 'valibot'
import type { Buckets } from '../../ports/aws-data.ts'
import { signing } from '../apis.ts'
import { sdkRetry } from './client.ts'

/** What is read of a plan (GuardDuty API, "GetMalwareProtectionPlan"). */
const shape = v.object({
  status: v.string(),
  statusReasons: v.optional(v.array(v.object({ code: v.optional(v.string()), message: v.optional(v.string()) })), []),
  protectedResource: v.object({ s3Bucket: v.object({ bucketName: v.string() }) }),
})

/** Reads a plan, in one attempt. No other call goes to GuardDuty, so this one is signed here, and the SDK's client is no dependency. */
export const scanPlan: Buckets['scanPlan'] = async (id, region) => {
  const origin = process.env['AWS_ENDPOINT_URL'] ?? `https://guardduty.${region}.amazonaws.com`
  const signal = AbortSignal.timeout(sdkRetry.requestHandler.requestTimeout)
  const response = await signing(region, 'guardduty')(`${origin}/malware-protection-plan/${id}`, { signal })
  const text = await response.text()
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(`guardduty:GetMalwareProtectionPlan returned ${response.status}: ${text}`)
  const { status, statusReasons, protectedResource } = v.parse(v.pipe(v.string(), v.parseJson(), shape), text)
  const reasons = statusReasons.map(({ code = '', message = '' }) => `${code} ${message}`.trim())
  return { bucket: protectedResource.s3Bucket.bucketName, status, reasons }
}
