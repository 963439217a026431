import type { Region } from '../../../shared/regions.ts'
import type { Perceived } from '../model/trace.ts'

/** What can go wrong between a function and the store, or with the function itself. */
export const faults = [
  'refused',
  'reset before send',
  'reset after send',
  'black hole',
  'slow answer',
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

/** One of them. */
export type Fault = (typeof faults)[number]

/** What happened in one schedule, in order; `at` is in milliseconds after its start. */
export type Happening = { readonly at: number } & (
  | { readonly kind: 'issued'; readonly id: string }
  /** A command was done at the store; `applied` says that its condition held. */
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
  | { readonly kind: 'opened'; readonly request: number; readonly client: number; readonly edge: Region }
  | {
      readonly kind: 'answered'
      readonly request: number
      readonly status: number
      readonly reason: string
      readonly capability?: string
      /** The edge's own clock, in epoch milliseconds. */
      readonly clock: number
      readonly tookMs: number
    }
  | { readonly kind: 'forgery answered'; readonly status: number; readonly storeCalls: number }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'restored' }
)

/** What a command is to us. */
export type Verb = 'put' | 'take' | 'read' | 'count' | 'find' | 'revoke' | 'sweep'

/** A happening in one line, for people. */
export function tell({ at, kind, ...rest }: Happening): string {
  const words = Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)
  return `${String(at).padStart(7)} ms  ${kind}${words.length > 0 ? ': ' : ''}${words.join(', ')}`
}
