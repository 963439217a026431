import type { APIGatewayProxyEvent, CloudFrontRequestEvent } from 'aws-lambda'
import { browserEvent, browserHeadersWith, host, toCloudFrontHeaders } from '../../event.ts'
import type { FunctionResponse } from '../../subject.ts'

/** Makes the event of a program that opens the link with `nonce` and may repeat it: it names its request. */
export function programEvent(nonce: string, idempotencyKey: string): CloudFrontRequestEvent {
  const headers = { Host: host, 'User-Agent': 'curl/8.17.0', Accept: '*/*', 'Idempotency-Key': idempotencyKey }
  return browserEvent(nonce, { headers: toCloudFrontHeaders(headers) })
}

/** Makes the event of a browser that sends the form of `page`, as a person does: with its token and cookie, if it has them. */
export function formEvent(nonce: string, page: FunctionResponse): CloudFrontRequestEvent {
  const [, querystring = ''] = /<form method="post" action="\?([^"]*)">/.exec(page.body ?? '') ?? []
  const cookies = valuesOf(page, 'set-cookie').map(each => each.split(';')[0] ?? '')
  const headers = browserHeadersWith({
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': '0',
    Origin: `https://${host}`,
    'Sec-Fetch-Site': 'same-origin',
    ...(cookies.length > 0 && { Cookie: cookies.join('; ') }),
  })
  return browserEvent(nonce, { method: 'POST', querystring, headers })
}

/** Makes the event of a caller's `POST /exchange`, of the fields that functions read (AWS, "Lambda proxy integration"). */
export function exchangeEvent(nonce: string): Partial<APIGatewayProxyEvent> {
  const headers = { 'Content-Type': 'application/json', Host: `api.${host}`, 'User-Agent': 'bench' }
  const identity = { accountId: '111122223333', sourceIp: '203.0.113.7', user: 'AIDAEXAMPLE', userAgent: 'bench' }
  return {
    path: '/exchange',
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', identity } as never,
    body: JSON.stringify({ nonce }),
    isBase64Encoded: false,
  }
}

/** Returns the values of a header of CloudFront's response. `name` is in lower case. */
export function valuesOf({ headers }: FunctionResponse, name: string): readonly string[] {
  return headers?.[name]?.map(({ value }) => value) ?? []
}
