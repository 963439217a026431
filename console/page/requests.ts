import { type Client, createClient, ProblemError } from '../../client/client.ts'
import { transportOf } from '../../client/options.ts'
import { send } from '../../client/requests.ts'
import { createEventParser, type LiveEvent, type ServerSentEvent } from '../protocol.ts'

/** Why there is no result: a refusal, or no response, whose status is 0. */
export interface Failure {
  readonly ok: false
  readonly status: number
  readonly detail: string
  readonly errors: ProblemError['errors']
}

/** The result of a call, or why it failed. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Failure

/** The user tries again, not the page: one attempt. */
function options() {
  const token = sessionStorage.getItem(tokenName)
  return { origin: location.origin, attempts: 1, ...(token !== null && { token: () => token }) }
}

/** Returns a client of the API, which has the origin of this page. */
export function api(): Client {
  return createClient(options())
}

/** Sends a request to a path of this origin that is not the API's, with `body` as JSON. Never rejects. */
export function ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Outcome<T>> {
  const isExpected = (json: unknown): json is T => typeof json === 'object' || json === undefined
  const sent = send({ method, path, ...(body !== undefined && { body }), isExpected }, transportOf(options()))
  return outcomeOf(sent.then(({ json }) => json))
}

/** Returns what became of a call. Never rejects. */
export function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  return call.then(value => ({ ok: true, value }), failureOf)
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ProblemError)) return noResponse
  const { status, title, detail, errors } = error
  return { ok: false, status, detail: detail === '' ? title : detail, errors }
}

const noResponse: Failure = {
  ok: false,
  status: 0,
  detail: 'No response. Does the command that opened this page still run?',
  errors: [],
}

/** Name under which this tab keeps the token. Storage belongs to one origin, port included, which cookies do not. */
const tokenName = 'token'

/**
 * Keeps the token in this tab: that of the fragment, `#token=…`, which it removes from the address, or that of the page, which it then
 * opens again without it. A new fragment starts the page again. Returns whether this page is left.
 */
export function keepToken(): boolean {
  const ofPage = document.querySelector<HTMLMetaElement>(`meta[name=${tokenName}]`)?.content
  const token = ofPage ?? new URLSearchParams(location.hash.slice(1)).get(tokenName)
  if (token !== null) sessionStorage.setItem(tokenName, token)
  if (ofPage !== undefined) {
    location.replace('/')
    return true
  }
  if (token !== null) history.replaceState(null, '', location.pathname)
  addEventListener('hashchange', () => location.reload())
  return false
}

/** Returns the header with the token, if this tab has one. */
function authorization(): Readonly<Record<string, string>> {
  const token = sessionStorage.getItem(tokenName)
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** Callbacks for the emulator's events. */
export interface Listener {
  /** Called when a stream begins. If `run` is another one than before, earlier events are no longer valid. */
  begin(run: string, now: number): void
  event(event: LiveEvent): void
  /** Called when the stream connects or breaks. It reconnects by itself. */
  connected(isConnected: boolean): void
}

/** Milliseconds until a broken stream is requested again. */
const retryAfterMs = 500

/** Receives events until the page is closed. An `EventSource` would do, but it sends no token. */
export async function watch({ begin, event, connected }: Listener): Promise<never> {
  let lastId = ''
  const handle = ({ event: name, id, data }: ServerSentEvent) => {
    if (id !== '') lastId = id
    if (name !== 'begin') return event(JSON.parse(data) as LiveEvent)
    const { run, now } = JSON.parse(data) as { run: string; now: number }
    begin(run, now)
    connected(true)
  }
  for (;;) {
    await receive(lastId, handle).catch(() => undefined)
    connected(false)
    await new Promise(resolve => setTimeout(resolve, retryAfterMs))
  }
}

/** Resolves or rejects when the stream ends. */
async function receive(lastId: string, handle: (event: ServerSentEvent) => void): Promise<void> {
  const headers = { ...authorization(), ...(lastId !== '' && { 'last-event-id': lastId }) }
  const { ok, body } = await fetch('/console/events', { headers })
  const reader = ok ? body?.pipeThrough(new TextDecoderStream()).getReader() : undefined
  const parse = createEventParser()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    for (const each of parse(read.value)) handle(each)
  }
}
