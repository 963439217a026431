import { corsHeaders } from '../../shared/cloudfront/page-origins.ts'
import { handler as gate } from './main.ts'

// The gate of a deployment with the setting `pageOrigins`. See shared/address.ts for the language of the runtime.

/** The setting, in front of the code. */
declare const PAGE_ORIGINS: readonly string[]

/**
 * CloudFront calls it in place of the gate. Does the same, and lets a page of these origins read a refusal: which responses of
 * functions get the headers of a policy, no page of AWS says.
 */
export function handler(
  event: AWSCloudFrontFunction.Event,
): AWSCloudFrontFunction.Request | AWSCloudFrontFunction.Response {
  const result = gate(event)
  const origin = event.request.headers['origin']
  if (result === event.request || origin === undefined || PAGE_ORIGINS.indexOf(origin.value) === -1) return result
  const cors: Readonly<Record<string, string>> = corsHeaders(origin.value)
  const headers = result.headers || {}
  Object.keys(cors).forEach(name => (headers[name] = { value: cors[name] || '' }))
  return result
}
