import cf from 'cloudfront'
import { logEntryOf, refusalOf } from './check.ts'
import { refusalResponse } from './response.ts'

// The gate: the CloudFront Function in front of content, on viewer requests. What it checks is in the signed Resource, so
// CloudFront's signature authenticates it, whichever of the two CloudFront checks first. See docs/decisions/0030-gate.md.

/**
 * CloudFront calls it with each request for content (AWS, "CloudFront Functions event structure"). Returns the request
 * unchanged, or a 403. If the URL is signed for a link, the access log of the request names it. Throws on a malformed event; CloudFront then responds with 503.
 */
export function handler(
  event: AWSCloudFrontFunction.Event,
): AWSCloudFrontFunction.Request | AWSCloudFrontFunction.Response {
  const reason = refusalOf(event)
  if (reason) return refusalResponse(reason, event)
  const entry = logEntryOf(event)
  if (entry) cf.logCustomData(entry)
  return event.request
}
