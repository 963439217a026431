import type { ApiReason } from '../shared/api-refusal.ts'
import type { Reason } from '../shared/refusal.ts'

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
