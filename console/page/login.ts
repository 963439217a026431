import * as oauth from 'oauth4webapi'
import type { Fetch } from '../../client/client.ts'
import { isLoopbackHost } from '../../shared/local/loopback.ts'
import { callbackPath, type Login } from '../protocol.ts'
import { say, texts } from './language.ts'
import { PageError } from './problems.ts'

/** Name under which this browser keeps that a person has logged out, and nothing of the person. */
const leftName = 'logged-out'

/** On this channel the popup says how the provider answered; only pages of this origin hear it. */
const channelName = 'login'

/** If this page is where a login came back to: hands its result to the page that began it, closes this window, and returns true. */
export function finishLogin(): boolean {
  if (location.pathname !== callbackPath) return false
  const { search } = location
  history.replaceState(null, '', callbackPath)
  const channel = new BroadcastChannel(channelName)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is of windows
  channel.postMessage(search)
  channel.close()
  window.close()
  return true
}

/** Timeout of a request to the provider, in milliseconds; each is made once. */
const timeoutMs = 30_000

/** Returns what the page asks of a provider: OpenID Connect, code with PKCE (RFC 7636), by a client without a secret. */
function providerOf({ issuer, clientId, scope, parameters }: Login) {
  const client: oauth.Client = { client_id: clientId }
  const url = new URL(issuer)
  const insecure = isLoopbackHost(url.host)
  const transport = { [oauth.allowInsecureRequests]: insecure, signal: () => AbortSignal.timeout(timeoutMs) }
  const discover = async () => oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, transport))
  let found: Promise<oauth.AuthorizationServer> | undefined
  const find = () =>
    (found ??= discover().catch((error: unknown) => {
      found = undefined
      throw error
    }))
  const redirectUri = location.origin + callbackPath
  // Both requests name the API (RFC 8707, section 2.2).
  const ofApi = Object.entries(parameters).filter(([name]) => name === 'resource' || name === 'audience')
  const options = { ...transport, additionalParameters: Object.fromEntries(ofApi) }
  return {
    async address({ state, nonce, verifier }: Attempt, more: object): Promise<string> {
      const address = new URL((await find()).authorization_endpoint ?? url)
      const code_challenge = await oauth.calculatePKCECodeChallenge(verifier)
      const own = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, state, nonce }
      const all = { ...parameters, ...more, ...own, code_challenge, code_challenge_method: 'S256' }
      for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value)
      return address.href
    },
    async exchange(answer: URLSearchParams, { state, nonce: expectedNonce, verifier }: Attempt): Promise<Tokens> {
      const server = await find()
      const code = oauth.validateAuthResponse(server, client, answer, state)
      const request = [server, client, oauth.None(), code, redirectUri, verifier, options] as const
      const response = await oauth.authorizationCodeGrantRequest(...request)
      const rules = { expectedNonce, requireIdToken: true }
      return tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, rules))
    },
    async renew(refresh: string, old: Tokens): Promise<Tokens> {
      const server = await find()
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options)
      return tokensOf(await oauth.processRefreshTokenResponse(server, client, response), old)
    },
  }
}

/** What a login must fit to which the provider answers; only this page knows it. */
type Attempt = ReturnType<typeof newAttempt>

function newAttempt() {
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  return { state, nonce, verifier: oauth.generateRandomCodeVerifier() }
}

type Tokens = ReturnType<typeof tokensOf>

function tokensOf(response: oauth.TokenEndpointResponse, old?: { refresh?: string; claims?: oauth.IDToken }) {
  const { access_token: access, refresh_token: refresh = old?.refresh, expires_in: seconds = Infinity } = response
  const claims = oauth.getValidatedIdTokenClaims(response) ?? old?.claims
  const now = Date.now()
  // Refreshed before its end, so that one request to the provider may fail.
  const times = { renewAt: now + seconds * 800, endsAt: now + seconds * 1000 }
  return { access, isAccepted: false, ...times, ...(refresh !== undefined && { refresh }), ...(claims && { claims }) }
}

/** The login of a person at this page. Its tokens are in memory only. */
export class Session {
  /** `out` before the first login, `in`, and `ended` when the login has to be made again: what was begun waits for it. */
  state: 'out' | 'in' | 'ended' = 'out'
  /** A name of the person, if the provider says one. */
  person: string | undefined
  /** Why the last attempt failed, for the person, in the language of the moment. */
  problem: (() => string) | undefined
  /**
   * Resolves to a token for the API: at once, after a refresh, or after the next login. For the client. It is of one person: after
   * `logOut`, or a login as another one, it rejects, and the session has a new one, for a new client.
   */
  token = this.#newToken()
  #tokens: Tokens | undefined
  #subject: string | undefined
  #attempt: Attempt | undefined
  #next: PromiseWithResolvers<string> | undefined
  #renewing: Promise<void> | undefined
  readonly #provider: ReturnType<typeof providerOf>
  readonly #changed: () => void

  /** Begins without a login. `changed` is called when the state has changed. */
  constructor(login: Login, changed: () => void) {
    this.#provider = providerOf(login)
    this.#changed = changed
    const channel = new BroadcastChannel(channelName)
    channel.addEventListener('message', ({ data }) => void this.#answered(new URLSearchParams(String(data))))
  }

  /** Opens the provider's page in a popup. Call it in the handler of a click: browsers refuse it otherwise. Never rejects. */
  async logIn(): Promise<void> {
    // Within the click, or browsers refuse it. Its address takes a request.
    const popup = window.open('about:blank', '_blank', 'popup,width=480,height=640')
    if (popup === null) return this.#fail(() => texts().login.noWindow)
    popup.opener = null
    const attempt = newAttempt()
    this.#attempt = attempt
    const more = localStorage.getItem(leftName) === null ? {} : { prompt: 'login' }
    try {
      popup.location.replace(await this.#provider.address(attempt, more))
    } catch (error) {
      popup.close()
      this.#fail(causeOf(error))
    }
  }

  /** Forgets the tokens. What waits for a login rejects; the next login asks the provider who it is. */
  logOut(): void {
    this.#tokens = undefined
    this.#attempt = undefined
    // The provider may still know the person, and the next one may be another, after a reload as well.
    localStorage.setItem(leftName, 'true')
    this.#leave('left')
    this.#become('out')
  }

  /** Sends a request of the client. If the API no longer accepts its token, waits for the next login and sends it again. */
  fetch: Fetch = async (url, init) => {
    const { token } = this
    const response = await fetch(url, init)
    const headers = new Headers(init.headers)
    const isOurs = headers.get('authorization') === `Bearer ${this.#tokens?.access}`
    const current = isOurs ? this.#tokens : undefined
    if (response.status !== 401) {
      if (current !== undefined) current.isAccepted = true
      return response
    }
    // If the API never accepted the token, the response says why, and the next token would be no better.
    if (current?.isAccepted === false) return response
    if (current !== undefined) Object.assign(current, { renewAt: 0, endsAt: 0 })
    headers.set('authorization', `Bearer ${await token()}`)
    return fetch(url, { ...init, headers })
  }

  #newToken(): () => Promise<string> {
    const token = async () => {
      this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined))
      await this.#renewing
      if (token !== this.token) throw new PageError(() => texts().login.other)
      if (this.#tokens !== undefined && Date.now() < this.#tokens.endsAt) return this.#tokens.access
      if (this.state === 'in') this.#become('ended')
      this.#next ??= Promise.withResolvers()
      return this.#next.promise
    }
    return token
  }

  async #renew(): Promise<void> {
    const tokens = this.#tokens
    if (tokens?.refresh === undefined || Date.now() < tokens.renewAt) return
    try {
      const renewed = await this.#provider.renew(tokens.refresh, tokens)
      if (this.#tokens === tokens) this.#take(renewed)
    } catch (error) {
      // If the provider did not respond, the next request tries again.
      if (error instanceof oauth.ResponseBodyError) delete tokens.refresh
    }
  }

  /** Takes the provider's answer to this page's own login, once. */
  async #answered(answer: URLSearchParams): Promise<void> {
    const { token } = this
    const attempt = this.#attempt
    if (attempt === undefined || answer.get('state') !== attempt.state) return
    this.#attempt = undefined
    try {
      const tokens = await this.#provider.exchange(answer, attempt)
      if (token === this.token) this.#take(tokens)
    } catch (error) {
      this.#fail(causeOf(error))
    }
  }

  #take(tokens: Tokens): void {
    const claims: Partial<oauth.IDToken> = tokens.claims ?? {}
    const { sub, name, preferred_username: username, email } = claims
    if (this.#subject !== undefined && this.#subject !== sub) this.#leave('other')
    localStorage.removeItem(leftName)
    this.#subject = sub
    this.#tokens = tokens
    this.person = [name, username, email].find(each => typeof each === 'string')
    this.#next?.resolve(tokens.access)
    this.#next = undefined
    this.#become('in')
  }

  /** Ends what belongs to the person so far. */
  #leave(why: 'left' | 'other'): void {
    this.token = this.#newToken()
    this.#subject = undefined
    this.person = undefined
    this.#next?.reject(new PageError(() => texts().login[why]))
    this.#next = undefined
  }

  #become(state: this['state']): void {
    this.state = state
    this.problem = undefined
    this.#changed()
  }

  #fail(problem: () => string): void {
    this.problem = problem
    this.#changed()
  }
}

/** Returns why a login failed, with what the provider says of it. */
function causeOf(error: unknown): () => string {
  const isRefusal = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError
  const why = isRefusal ? (error.error_description ?? error.error) : error instanceof Error ? error.message : error
  return () => say(texts().login.failed, { why: String(why) })
}
