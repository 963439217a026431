import { deliveredHeaders, mismatchOf } from './pinned-version.ts'

// The pinned-version function: the CloudFront Function behind content, on viewer responses, if the plan of the distribution allows no
// policies of our own. See docs/decisions/0037-flat-rate-plans.md.

/**
 * CloudFront calls it with each response of S3 below 400 (AWS, "CloudFront Functions event structure"). Returns the response with
 * the headers of a file. Throws if the response is not the one for this request, or the event is malformed: CloudFront then sends a
 * 503 in its place, and nothing of the file.
 */
export function handler(event: AWSCloudFrontFunction.Event): AWSCloudFrontFunction.Response {
  const mismatch = mismatchOf(event)
  if (mismatch !== undefined) throw new Error(`not the response for this request: ${mismatch}`)
  const response = event.response
  response.headers = deliveredHeaders(event)
  return response
}
