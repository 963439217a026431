import type { CloudFrontRequest, CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'

/** Makes a viewer-request event as CloudFront does, for one request of one viewer. */
export function viewerRequest(request: {
  uri: string
  method?: string
  clientIp?: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  querystring?: string
  /** Text of the body, which CloudFront includes, or the body as CloudFront describes it. */
  body?: string | CloudFrontRequest['body']
}): CloudFrontRequestEvent {
  const { uri, method = 'GET', clientIp = '203.0.113.7', querystring = '', body } = request
  const headers = { Host: 'files.example.com', 'User-Agent': 'test', ...request.headers }
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd111111abcdef8.cloudfront.net',
            distributionId: 'EDFDVBD6EXAMPLE',
            eventType: 'viewer-request',
            requestId: 'MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE==',
          },
          request: {
            clientIp,
            headers: Object.fromEntries(
              Object.entries(headers).map(([key, value]) => [
                key.toLowerCase(),
                [value].flat().map(value => ({ key, value })),
              ]),
            ),
            method,
            querystring,
            uri,
            ...(body !== undefined && { body: typeof body === 'string' ? bodyOf(body) : body }),
          },
        },
      },
    ],
  }
}

/** Returns a body as CloudFront passes it to a viewer-request function. */
export function bodyOf(text: string | Uint8Array): NonNullable<CloudFrontRequest['body']> {
  const data = Buffer.from(text).toString('base64')
  return { action: 'read-only', data, encoding: 'base64', inputTruncated: false }
}

/**
 * Returns the policy of the signed URL in a redirect, or of that to which a page leads: resource, address and end, by which two capabilities differ.
 * Undefined if the response has no signed URL.
 */
export function policyOf(response: CloudFrontResultResponse): string | undefined {
  const policy = /[?&]Policy=([^&]+)/.exec(headerOf(response, 'location') ?? headerOf(response, 'refresh') ?? '')?.[1]
  return policy && decodePolicy(policy)
}

/** Returns a policy as it is in a URL or a cookie in clear. */
export function decodePolicy(text: string): string {
  return Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString()
}

/** Returns the first value of a response header, or undefined. */
export function headerOf(response: CloudFrontResultResponse, name: string): string | undefined {
  return response.headers?.[name]?.[0]?.value
}
