import type { Region } from '../../../shared/regions.ts'
import type { Perceived } from '../model/trace.ts'
import type { Sent } from './binding.ts'

/** Faults between a function and the store, or of the function itself. */
export const faults = [
  'refused',
  'reset before send',
  'reset after send',
  'black hole',
  'slow response',
  'late execution',
  'duplicated',
  'truncated',
  '500',
  '500 though done',
  '503',
  'throttled',
  'write conflict',
  'Region down',
  'process death',
  'redirect lost',
] as const

/** Name of a fault. */
export type Fault = (typeof faults)[number]

/** An event of a schedule; `at` is in milliseconds after the schedule's start. */
export type SimulationEvent = { readonly at: number } & (
  | { readonly kind: 'issued'; readonly id: string }
  /** The store executed a command; `applied`: its condition held. */
  | {
      readonly kind: 'executed'
      readonly verb: Verb
      readonly id: string
      readonly region: Region
      readonly applied: boolean
      readonly request?: number
    }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly request?: number }
  | { readonly kind: 'perceived'; readonly request: number; readonly what: Perceived }
  | ({
      readonly kind: 'requested'
      readonly request: number
      readonly client: number
      /** By what the edge knows the client: equal texts are one client. */
      readonly identity: string
    } & Sent)
  | {
      readonly kind: 'answered'
      readonly request: number
      readonly status: number
      readonly reason: string
      /** Tries that a client with a wrong passphrase has left. */
      readonly triesLeft?: number
      /** The signed policy. */
      readonly capability?: string
      /** The client's secret, from the cookie that the response sets. */
      readonly secret?: string
      /** By what the edge will know the client that came without an identity. */
      readonly identity?: string
      /** The edge's own clock, in epoch milliseconds. */
      readonly clock: number
      readonly tookMs: number
    }
  | { readonly kind: 'forgery response'; readonly status: number; readonly storeCalls: number }
  /** The api responded that the link is revoked; `used`: that it was used before. */
  | { readonly kind: 'revoked'; readonly used: boolean }
  /** The api responded to the replacement of the link; `id`: that of the new one. */
  | { readonly kind: 'replaced'; readonly status: number; readonly id?: string }
  | { readonly kind: 'restored' }
  /** S3 has made the file of a link, of an upload, for a request that began at `since`. */
  | {
      readonly kind: 'file made'
      readonly upload: string
      readonly sha256: string
      readonly bytes: number
      readonly since: number
    }
  /** The api responded that the file of the link is received, or that an upload is ended. */
  | { readonly kind: 'file received'; readonly sha256: string }
  | { readonly kind: 'upload ended'; readonly upload: string }
)

/**
 * Purpose of a command. `read` is the edge's, `find` the api's; `reserve` takes a try of a link with a passphrase; `again` puts a
 * link in place of another one, and `bury` one that is revoked.
 */
export type Verb =
  | 'put'
  | 'again'
  | 'bury'
  | 'replace'
  | 'reserve'
  | 'consume'
  | 'read'
  | 'count'
  | 'find'
  | 'revoke'
  | 'sweep'

/** Formats an event in one line, for people. */
export function formatEvent({ at, kind, ...rest }: SimulationEvent): string {
  const words = Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)
  return `${String(at).padStart(7)} ms  ${kind}${words.length > 0 ? ': ' : ''}${words.join(', ')}`
}
