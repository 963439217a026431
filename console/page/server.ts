import { ProblemError } from '../../client/client.ts'
import { transportOf } from '../../client/options.ts'
import { send } from '../../client/requests.ts'
import { texts } from './language.ts'
import { sentencesOf } from './problems.ts'

/** Why there is no result: a refusal, or no response, whose status is 0. */
export interface Failure {
  readonly ok: false
  readonly status: number
  /** For people, in the language of the moment. */
  readonly detail: string
}

/** The result of a call, or why it failed. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Failure

/** Returns what became of a call. Never rejects. */
export function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  return call.then(value => ({ ok: true, value }), failureOf)
}

function failureOf(error: unknown): Failure {
  const problem = error instanceof ProblemError ? error : undefined
  return {
    ok: false,
    status: problem?.status ?? 0,
    get detail() {
      return problem === undefined ? texts().problems.noResponse : sentencesOf(problem).join(' ')
    },
  }
}

/** Sends a request to a path of this origin that is not the API's, with `body` as JSON. Never rejects. */
export function ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Outcome<T>> {
  const isExpected = (json: unknown): json is T => typeof json === 'object' || json === undefined
  const token = sessionToken()
  const transport = transportOf({
    origin: location.origin,
    attempts: 1,
    ...(token !== undefined && { token: () => token }),
  })
  const sent = send({ method, path, ...(body !== undefined && { body }), isExpected }, transport)
  return outcomeOf(sent.then(({ json }) => json))
}

/** Name under which this tab keeps the secret of its server. Storage belongs to one origin, port included, which cookies do not. */
const tokenName = 'token'

/** Returns the secret of `once console` or of a private emulator, if this tab has one. It is no token of a login: those are in memory only. */
export function sessionToken(): string | undefined {
  return sessionStorage.getItem(tokenName) ?? undefined
}

/**
 * Keeps the secret in this tab: that of the fragment, `#token=…`, which it removes from the address, or that of the page, which it then
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
