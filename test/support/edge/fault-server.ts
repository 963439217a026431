import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveHere } from '../machine/serve.ts'

/** How a server fails a request, on a real socket. */
export type Fault =
  /** It responds with this error. */
  | { readonly status: number; readonly body: string }
  /** It reads the whole request, then resets the connection. */
  | 'reset'
  /** It reads the whole request and never responds. */
  | 'black hole'
  /** It sends half a response, then resets the connection. */
  | 'truncate'

/** Makes an error as DynamoDB sends it. */
export function dynamodbError(status: number, name: string): Fault {
  return {
    status,
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'chosen by the test' }),
  }
}

/** An endpoint that fails every request in one way. */
export interface FaultServer {
  readonly endpoint: string
  /** Returns the number of requests it has read. */
  requests(): number
}

/** Starts an endpoint on loopback that fails every request with `fault`; ends with the test. */
export async function startFaultServer(fault: Fault): Promise<FaultServer> {
  let requests = 0
  const { origin } = await serveHere((request, response) => {
    request.resume().once('end', () => {
      requests += 1
      fail(request, response, fault)
    })
  })
  return { endpoint: origin, requests: () => requests }
}

function fail(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
  if (fault === 'black hole') return
  if (fault === 'reset') return void request.socket.resetAndDestroy()
  if (fault === 'truncate') {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '100' })
    response.write('{"Attributes":{"id"', () => request.socket.resetAndDestroy())
    return
  }
  response.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' }).end(fault.body)
}
