import type { CloudFrontRequestEvent } from 'aws-lambda'

/** Host of every request of the bench. */
export const host = 'files.example.com'

/** Headers that a current browser sends for a link in a mail, in its order. */
const browserHeaders = {
  Host: host,
  'Sec-Ch-Ua': '"Chromium";v="148", "Not?A_Brand";v="99"',
  'Sec-Ch-Ua-Mobile': '?0',
  'Sec-Ch-Ua-Platform': '"Windows"',
  'Upgrade-Insecure-Requests': '1',
  'User-Agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
  'Sec-Fetch-Dest': 'document',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-GB,en;q=0.9,de;q=0.8',
  Cookie: 'session=3f1c9b7e2a604d58; theme=dark; consent=2026-11-02',
  Priority: 'u=0, i',
  Via: '2.0 3f1c9b7e2a604d58.cloudfront.net (CloudFront)',
} as const

const template = JSON.stringify({
  config: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: 'MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE==',
  },
  request: {
    clientIp: '203.0.113.7',
    headers: Object.fromEntries(
      Object.entries(browserHeaders).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]),
    ),
    method: 'GET',
    querystring: '',
    uri: '',
  },
})

const { config, request } = JSON.parse(template) as CloudFrontRequestEvent['Records'][number]['cf']

/**
 * Makes the viewer-request event of a browser that opens the link with `nonce` (AWS, "Lambda@Edge event structure"), parsed
 * from JSON as the runtime does. Events share their equal parts, which would otherwise fill most of the memory.
 */
export function browserEvent(nonce: string): CloudFrontRequestEvent {
  return { Records: [{ cf: { config, request: { ...request, uri: `/d/${nonce}` } } }] }
}
