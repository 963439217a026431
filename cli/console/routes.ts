import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Client, IssueLink, LinkView } from '../../client/client.ts'
import { nextLinks, pageSize } from '../../console/next-links.ts'
import { sendJson } from '../../console/page-files.ts'
import { securityHeaders } from '../../shared/http.ts'
import { viewStates } from '../../shared/schemas/link-view.ts'
import type { LinkPage } from '../../shared/schemas/types.ts'
import { invalid, jsonOf, refusal, type Route } from './listener.ts'
import type { Apis } from '../ports/links.ts'

/** Lists that a page may go on with. */
const maxLists = 16

/** Returns the routes of links: those of the API that the page uses, and no other of its operations. */
export function linkRoutes(client: Client): Readonly<Record<string, Route>> {
  const lists = new Map<string, List>()
  return {
    'POST /links': async (request, response) =>
      // The API checks the fields.
      sendJson(response, await client.issue((await jsonOf(request)) as unknown as IssueLink)),
    'GET /links': async (request, response) => sendJson(response, await nextPage(request, client, lists)),
    'GET /links/': async (request, response) => sendJson(response, await client.show(idOf(request))),
    'DELETE /links/': async (request, response) => {
      const revoked = await client.revoke(idOf(request))
      if (revoked === undefined) response.writeHead(204, securityHeaders).end()
      else sendJson(response, revoked)
    },
  }
}

/** Throws a `ProblemError` if the path has no id of a link. */
function idOf({ url = '' }: IncomingMessage): string {
  const id = url.slice('/links/'.length)
  if (/^[A-Za-z0-9_-]{22}$/.test(id)) return id
  throw invalid('id', `${id.length} characters`, 'the 22 characters that name a link')
}

/** A list that was begun. */
type List = AsyncGenerator<LinkView, void, undefined>

async function nextPage({ url = '' }: IncomingMessage, client: Client, lists: Map<string, List>): Promise<LinkPage> {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
  const cursor = query.get('cursor')
  const list = cursor === null ? begin(query, client) : lists.get(cursor)
  if (list === undefined) throw invalid('cursor', 'something else', 'the "next" of a page that was not continued yet')
  if (cursor !== null) lists.delete(cursor)
  const links = await nextLinks(list)
  // As with the API, a full page may be the last one.
  return links.length < pageSize ? { links } : { links, next: keep(list, lists) }
}

function begin(query: URLSearchParams, client: Client): List {
  const reference = query.get('reference')
  const state = query.get('state')
  const known = viewStates.find(each => each === state)
  if (state !== null && known === undefined) throw invalid('state', JSON.stringify(state), viewStates.join(', '))
  const options = { ...(reference !== null && { reference }), ...(known !== undefined && { state: known }) }
  return client.list({ ...options, pageSize })
}

function keep(list: List, lists: Map<string, List>): string {
  const [oldest] = lists.keys()
  if (lists.size >= maxLists && oldest !== undefined) lists.delete(oldest)
  const cursor = randomUUID()
  lists.set(cursor, list)
  return cursor
}

/** Paths of uploads, and methods for them. */
const uploadPaths = /^POST \/uploads(\/[A-Za-z0-9_-]{43}\/(parts|complete))?$|^DELETE \/uploads\/[A-Za-z0-9_-]{43}$/

/** Returns the routes of uploads, which pass requests of the page's client on to the API. The page sends the files themselves to S3. */
export function uploadRoutes(send: ReturnType<Apis['sender']>): Readonly<Record<string, Route>> {
  const pass: Route = async (request, response) => {
    const { method = '', url: path = '', headers } = request
    if (!uploadPaths.test(`${method} ${path}`)) throw refusal(404, 'not-found', 'the console has no such operation')
    const idempotencyKey = headers['idempotency-key']
    const json = await send({
      path,
      ...(method === 'POST' ? { method, body: await jsonOf(request) } : { method: 'DELETE' }),
      ...(typeof idempotencyKey === 'string' && { idempotencyKey }),
      // The page's client checks what the API sends.
      isExpected: (_json): _json is unknown => true,
    })
    if (json === undefined) response.writeHead(204, securityHeaders).end()
    else sendJson(response, json)
  }
  return { 'POST /uploads': pass, 'POST /uploads/': pass, 'DELETE /uploads/': pass }
}
