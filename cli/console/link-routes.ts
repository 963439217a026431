import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Client, IssueLink, LinkView } from '../../client/client.ts'
import { sendJson } from '../../console/page-files.ts'
import { securityHeaders } from '../../shared/http.ts'
import { viewStates } from '../../shared/schemas/link-view.ts'
import { invalid, jsonOf } from './respond.ts'
import type { Route } from './upload-routes.ts'

/** Links of one response, as many as the API gives at most. */
const pageSize = 100

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

/** A list that was begun, and the link that comes next, if it is known. */
interface List {
  readonly links: AsyncGenerator<LinkView, void, undefined>
  readonly peeked: readonly LinkView[]
}

async function nextPage(
  { url = '' }: IncomingMessage,
  client: Client,
  lists: Map<string, List>,
): Promise<{ readonly links: readonly LinkView[]; readonly next?: string }> {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
  const cursor = query.get('cursor')
  const list = cursor === null ? begin(query, client) : lists.get(cursor)
  if (list === undefined) throw invalid('cursor', 'something else', 'the "next" of a page that was not continued yet')
  if (cursor !== null) lists.delete(cursor)
  const links = [...list.peeked]
  for (let read = await list.links.next(); read.done !== true; read = await list.links.next()) {
    if (links.length === pageSize) return { links, next: keep({ links: list.links, peeked: [read.value] }, lists) }
    links.push(read.value)
  }
  return { links }
}

function begin(query: URLSearchParams, client: Client): List {
  const reference = query.get('reference')
  const state = query.get('state')
  const known = viewStates.find(each => each === state)
  if (state !== null && known === undefined) throw invalid('state', JSON.stringify(state), viewStates.join(', '))
  const options = { ...(reference !== null && { reference }), ...(known !== undefined && { state: known }) }
  return { links: client.list({ ...options, pageSize }), peeked: [] }
}

function keep(list: List, lists: Map<string, List>): string {
  const [oldest] = lists.keys()
  if (lists.size >= maxLists && oldest !== undefined) lists.delete(oldest)
  const cursor = randomUUID()
  lists.set(cursor, list)
  return cursor
}
