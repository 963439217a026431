import { type Verb, verbsOfAdmin } from '../callers/issuers.ts'

/** A route of the API: a method, a path, and what goes in and out. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `{id}` is the id of a link or of an upload. */
  readonly path: `/${string}`
  /** What its caller must be allowed to do. A grant of this verb is also one of this method and path. */
  readonly verb: Verb
  /** What else allows it as well: the function checks which of both the request needs. @default nothing */
  readonly orVerb?: Verb
  /** The other thing that it must be allowed to do. @default none */
  readonly otherVerb?: Verb
  /** Whether its function charges the quota itself. @default false, it costs one request */
  readonly charges?: true
  /** Name of the schema of its body. @default it has none */
  readonly body?: string
  /** Names of the parameters in its query, all of which may be left out. @default none */
  readonly query?: readonly string[]
  /** Names of the schemas of its successful responses, by status; undefined without a body. */
  readonly responses: Readonly<Record<number, string | undefined>>
}

/** Routes by their operation ids in the document. */
type Routes = Readonly<Record<string, ApiRoute>>

/** Routes of the function `links`. */
export const linkRoutes = {
  issueLink: {
    method: 'POST',
    path: '/links',
    verb: 'issue',
    orVerb: 'ask',
    body: 'IssueLink',
    responses: { 201: 'IssuedLink' },
  },
  listLinks: {
    method: 'GET',
    path: '/links',
    verb: 'read',
    query: ['reference', 'state', 'issuer', 'limit', 'cursor'],
    responses: { 200: 'LinkPage' },
  },
  issueLinks: {
    method: 'POST',
    path: '/links/batch',
    verb: 'issue',
    orVerb: 'ask',
    charges: true,
    body: 'BatchRequest',
    responses: { 200: 'BatchResponse' },
  },
  showLink: { method: 'GET', path: '/links/{id}', verb: 'read', responses: { 200: 'LinkView' } },
  revokeLink: {
    method: 'DELETE',
    path: '/links/{id}',
    verb: 'revoke',
    responses: { 200: 'RevokedLink', 204: undefined },
  },
  replaceLink: {
    method: 'POST',
    path: '/links/{id}/replace',
    verb: 'issue',
    orVerb: 'ask',
    otherVerb: 'revoke',
    responses: { 201: 'IssuedLink' },
  },
} as const satisfies Routes

/** Routes of the function `exchange`. */
export const exchangeRoutes = {
  exchangeNonce: {
    method: 'POST',
    path: '/exchange',
    verb: 'exchange',
    body: 'ExchangeRequest',
    responses: { 200: 'ExchangeResponse' },
  },
} as const satisfies Routes

/** Routes of the function `uploads`. */
export const uploadRoutes = {
  beginUpload: {
    method: 'POST',
    path: '/uploads',
    verb: 'upload',
    body: 'UploadRequest',
    responses: { 201: 'UploadState', 200: 'UploadState' },
  },
  signParts: {
    method: 'POST',
    path: '/uploads/{id}/parts',
    verb: 'upload',
    body: 'PartsRequest',
    responses: { 200: 'SignedParts' },
  },
  completeUpload: {
    method: 'POST',
    path: '/uploads/{id}/complete',
    verb: 'upload',
    body: 'CompleteRequest',
    responses: { 200: 'UploadedFile' },
  },
  endUpload: { method: 'DELETE', path: '/uploads/{id}', verb: 'upload', responses: { 204: undefined } },
} as const satisfies Routes

/** All routes of callers. */
export const apiRoutes = { ...linkRoutes, ...exchangeRoutes, ...uploadRoutes }

/**
 * Routes of the file that a link takes, in the token API alone and of the function `uploads`. Their caller has no login: the token in
 * `Once-Upload` says which upload it may use, so no authorizer comes before them.
 */
export const receivedRoutes = {
  showReceived: { method: 'GET', path: '/received', responses: { 200: 'ReceivedState' } },
  beginReceived: { method: 'POST', path: '/received', body: 'ReceivedRequest', responses: { 200: 'ReceivedState' } },
  endReceived: { method: 'DELETE', path: '/received/{id}', responses: { 204: undefined } },
  signReceivedParts: {
    method: 'POST',
    path: '/received/{id}/parts',
    body: 'PartsRequest',
    responses: { 200: 'SignedParts' },
  },
  completeReceived: {
    method: 'POST',
    path: '/received/{id}/complete',
    body: 'CompleteRequest',
    responses: { 200: 'ReceivedState' },
  },
} as const satisfies Readonly<Record<string, Omit<ApiRoute, 'verb'>>>

/** Method and path of a request that has a route, for types of programs that send some. */
export type RequestLine = LineOf<
  (typeof apiRoutes & typeof receivedRoutes)[keyof typeof apiRoutes | keyof typeof receivedRoutes]
>

type LineOf<R extends Pick<ApiRoute, 'method' | 'path'>> =
  R extends Pick<ApiRoute, 'method' | 'path'>
    ? { readonly method: R['method']; readonly path: PathOf<R['path']> }
    : never
type PathOf<Path extends string> = Path extends `${infer Before}{id}${infer After}`
  ? `${Before}${string}${After}`
  : Path | `${Path}?${string}`

/**
 * Returns the methods that the grant of a verb allows, as ARNs end in them: `GET/links/*`. For IAM, `*` is any text, so that of uploads it
 * is the id and what follows; of links it is the id alone, because `POST/links/*` would also allow what needs another verb.
 */
export function methodsOf(verb: Verb): readonly string[] {
  const verbs = verb === 'admin' ? verbsOfAdmin : [verb]
  const routes: readonly ApiRoute[] = Object.values(apiRoutes)
  const granted = routes.filter(({ verb, orVerb = verb }) => verbs.includes(verb) || verbs.includes(orVerb))
  const ends = granted.map(({ method, path }) => method + path.replace(/^(\/uploads\/).*/, '$1*').replace('{id}', '*'))
  return [...new Set(ends)]
}
