import { type ApiReason, apiRefusals } from '../shared/api-refusal.ts'
import { type Reason, refusalFor, uniformRefusal } from '../shared/refusal.ts'

/** What a request looks like in the document, and an answer to it. */
export interface Example {
  /** One sentence, for people. */
  readonly summary: string
  readonly value: object
}

/** A "yes" of an operation. */
export interface Success {
  readonly status: 200 | 201 | 204 | 302 | 303
  readonly description: string
  /** Of its body, by name; nothing when it has none. */
  readonly schema?: string
  /** Names in components/headers. */
  readonly headers?: readonly string[]
  readonly examples?: Readonly<Record<string, Example>>
  /** Other media types that this answer may have, besides JSON. */
  readonly alsoHtml?: boolean
}

/** One method of one path, as the document says it. */
export interface Operation {
  readonly id: string
  readonly method: 'get' | 'post' | 'delete' | 'head' | 'options'
  readonly path: string
  readonly tag: 'links' | 'exchange' | 'viewer'
  readonly summary: string
  readonly description: string
  /** Names in components/parameters. */
  readonly parameters: readonly string[]
  readonly body?: { readonly schema: string; readonly examples: Readonly<Record<string, Example>> }
  readonly successes: readonly Success[]
  /** Why the api turns it down. */
  readonly apiReasons: readonly ApiReason[]
  /** Why a nonce is refused. */
  readonly reasons: readonly Reason[]
}

/** A refusal as the document tells it. */
export interface ToldReason {
  readonly reason: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly retryAfterSeconds?: number
}

/** The refusals that an operation may answer with, in order of precedence. */
export function refusalsOf({ apiReasons, reasons, tag, body }: Operation): readonly ToldReason[] {
  const uniform = reasons.some(reason => refusalFor(reason).aboutTheNonce) ? [uniformRefusal] : []
  const gateway = tag === 'viewer' ? [] : [...ofEveryRequest, ...(body === undefined ? [] : ofBodies)]
  return [...gateway, ...apiReasons.map(apiRow), ...reasons.map(row), ...uniform]
}

const turnedDown = { reason: 'gateway', title: 'The request was turned down' }

/** What API Gateway itself turns down, in its own words (AWS, "Gateway response types for API Gateway"). */
const ofEveryRequest: readonly ToldReason[] = [
  { ...turnedDown, status: 403, detail: 'Missing Authentication Token' },
  {
    reason: 'gateway',
    status: 429,
    title: 'There are too many requests',
    detail: 'Too Many Requests',
    retryAfterSeconds: 1,
  },
]

/** The same of requests that have a body. */
const ofBodies: readonly ToldReason[] = [
  { ...turnedDown, status: 400, detail: 'Invalid request body' },
  { ...turnedDown, status: 413, detail: 'Request Too Long' },
]

function apiRow(reason: ApiReason): ToldReason {
  return { reason, ...apiRefusals[reason] }
}

function row(reason: Reason): ToldReason {
  return { reason, ...refusalFor(reason) }
}
