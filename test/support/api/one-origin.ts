import { once } from 'node:events'
import { type IncomingMessage, request as sendOn, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { linkPath } from '../../../edge/redeem/viewer-request.ts'
import { serveHere } from '../machine/serve.ts'

/** A response on its way to the client, and the request that it is for. */
export interface PassingResponse {
  readonly method: string
  readonly path: string
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** Origins behind one. */
export interface Origins {
  readonly api: string
  readonly edge: string
  /** Replaces responses. @default none */
  readonly alter?: (response: PassingResponse) => PassingResponse
  /** Adds headers to requests for the api, by name. @default none */
  readonly add?: Readonly<Record<string, string>>
}

/** Serves links of an edge and everything else of an api at one origin; ends with the test. */
export async function oneOrigin(origins: Origins): Promise<string> {
  const { origin } = await serveHere((request, response) => {
    pass(request, response, origins).catch(() => response.destroy())
  })
  return origin
}

async function pass(request: IncomingMessage, response: ServerResponse, origins: Origins): Promise<void> {
  const { api, edge, add = {}, alter = same => same } = origins
  const { method = '', url: path = '' } = request
  const isLink = path.startsWith(linkPath)
  const { hostname, port } = new URL(isLink ? edge : api)
  const headers = [...request.rawHeaders, ...(isLink ? [] : Object.entries(add).flat())]
  const sent = sendOn({ hostname, port, method, path, headers, setHost: false })
  const body = await buffer(request)
  const [answer] = (await once(sent.end(body), 'response')) as [IncomingMessage]
  const { statusCode: status = 0, rawHeaders } = answer
  const altered = alter({ method, path, status, headers: rawHeaders, body: await buffer(answer) })
  response.writeHead(altered.status, [...altered.headers]).end(altered.body)
}
