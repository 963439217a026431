import type { APIGatewayProxyEvent } from 'aws-lambda'

/** Which requests a subject gets: single links, batches, or the pages of a list, with `links` links in all. */
export interface Work {
  readonly kind: 'one' | 'batch' | 'list'
  readonly links: number
  /** Number of different objects. */
  readonly objects: number
  /** Whether each request has an Idempotency-Key. */
  readonly keyed: boolean
  /** Name of the caller: each has a quota of its own. */
  readonly caller: string
}

/** Links of a batch, and of a page: the most that the API allows. */
export const linksPerRequest = 100

/** Reference of all links to list. */
export const listedReference = 'bench'

/** Makes the events of all requests that issue links, as API Gateway does. */
export function issueEvents({ kind, links, objects, keyed, caller }: Work): readonly APIGatewayProxyEvent[] {
  const bodyOf = (index: number) => ({ key: `releases/2026/11/handbook-of-the-edge-${index % objects}.pdf` })
  const all = Array.from({ length: links }, (_, index) => bodyOf(index))
  const post = (path: string, body: object, index: number) =>
    eventOf({ httpMethod: 'POST', path, body: JSON.stringify(body) }, caller, keyed ? `${caller}-${index}` : undefined)
  if (kind === 'one') return all.map((body, index) => post('/links', body, index))
  const batches = Array.from({ length: links / linksPerRequest }, (_, index) =>
    all.slice(index * linksPerRequest, (index + 1) * linksPerRequest),
  )
  return batches.map((batch, index) => post('/links/batch', { links: batch }, index))
}

/** Makes the event for one page of the list. */
export function pageEvent(cursor: string | undefined, caller: string): APIGatewayProxyEvent {
  const query = { reference: listedReference, limit: String(linksPerRequest), ...(cursor !== undefined && { cursor }) }
  return eventOf({ httpMethod: 'GET', path: '/links', queryStringParameters: query }, caller)
}

function eventOf(
  request: Partial<APIGatewayProxyEvent>,
  caller: string,
  idempotencyKey?: string,
): APIGatewayProxyEvent {
  const identity = { accountId: '111122223333', user: `AROA${caller.toUpperCase()}:session` }
  const event = {
    headers: {
      'Content-Type': 'application/json',
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
    },
    multiValueHeaders: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', identity },
    ...request,
  }
  return event as unknown as APIGatewayProxyEvent
}
