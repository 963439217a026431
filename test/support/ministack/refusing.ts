import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** How a run of a command goes. */
export interface Run {
  /**
   * Steps at which earlier runs ended. The process of this run ends at the first step that is not among them, which is added: AWS
   * carries it out, but the process gets no response, and no later request of it reaches AWS. This is what is left of a process
   * that ends before its next step. @default it does not end
   */
  readonly seen?: Set<string> | undefined
  /** Awaited before each request, with its step; undefined if it changes nothing. */
  readonly look?: ((step: string | undefined) => Promise<void> | void) | undefined
}

/** A proxy in front of MiniStack for the commands of an operator: ours and the CDK's. Functions reach MiniStack without it. */
export interface Refusing {
  /** Its URL, the endpoint of all services. */
  readonly endpoint: string
  /** The requests of this run that changed something, in order, such as `cloudformation DeleteStack once-us-east-1 us-east-1`. */
  readonly steps: readonly string[]
  /** Begins a run. */
  start(run?: Run): void
  close(): Promise<void>
}

/** Starts the proxy in front of a URL. */
export async function refusing(target: string): Promise<Refusing> {
  let run: Run = {}
  let steps: string[] = []
  let hasEnded = false
  const templates = new Map<string, string>()

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    if (hasEnded) return end(incoming, response)
    const step = stepOf(incoming, body.toString('latin1'), templates)
    await run.look?.(step)
    if (step !== undefined) steps.push(step)
    const isLast = step !== undefined && run.seen?.has(step) === false
    if (isLast) {
      hasEnded = true
      run.seen?.add(step)
    }
    const { method, url = '' } = incoming
    const passed = request(target + url, { method, headers: headersOf(incoming, body) }).end(body)
    const [answer] = (await once(passed, 'response')) as [IncomingMessage]
    const content = await buffer(answer)
    if (isLast) return end(incoming, response)
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(content)
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get steps() {
      return steps
    },
    start(next = {}) {
      run = next
      steps = []
      hasEnded = false
    },
    async close() {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The body is complete: it has a length, and needs no invitation. */
function headersOf({ headers }: IncomingMessage, body: Buffer): NodeJS.Dict<string | string[]> {
  const { expect: _expect, 'transfer-encoding': _encoding, ...kept } = headers
  return { ...kept, 'content-length': String(body.length) }
}

/** All SDKs reject because of this response, and none repeats the request. */
function end({ headers }: IncomingMessage, response: ServerResponse): void {
  const isJson = /json/.test(headers['content-type'] ?? '')
  const xml =
    '<ErrorResponse><Error><Code>ProcessEnded</Code><Message>the process has ended</Message></Error></ErrorResponse>'
  response.writeHead(403, { 'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml' })
  response.end(isJson ? '{"__type":"ProcessEnded"}' : xml)
}

/** What names of operations begin with that change nothing. */
const reading = /^(Get|List|Describe|Head|Detect|BatchGet|Scan|Query|Assume|Lookup|Simulate|GET|HEAD)/

/**
 * Returns the name of what a request changes: service, operation, what it is done to, Region; undefined if it changes nothing. A stack
 * has the beginning of its template's hash, so that two passes are two steps. Many uploads of assets to a bucket are one step.
 */
function stepOf({ headers, method = '', url = '' }: IncomingMessage, body: string, templates: Map<string, string>) {
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? []
  const form = new URLSearchParams(/form-urlencoded/.test(headers['content-type'] ?? '') ? body : '')
  const target = [headers['x-amz-target'] ?? ''].flat().join().split('.').at(-1)
  const operation = form.get('Action') ?? (target === '' ? method : target)
  if (operation === undefined || reading.test(operation)) return undefined
  const stack = form.get('StackName')?.replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1')
  const hash = /([0-9a-f]{8})[0-9a-f]*\.json$/.exec(form.get('TemplateURL') ?? '')?.[1]
  if (stack !== undefined && hash !== undefined) templates.set(stack, hash)
  const path = url.replace(/\?.*$/, '').replace(/[0-9a-f]{64}/, '')
  const subject = stack === undefined ? [path] : [stack, templates.get(stack), form.get('DeploymentMode')]
  return [service, operation, ...subject, region].filter(part => typeof part === 'string').join(' ')
}
