import type { PhysicalNames } from '../../../infra/physical-names.ts'
import type { Settings } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Aws } from '../../ports/ports.ts'

/** One thing that there is of a deployment. */
export interface InventoryItem {
  readonly kind: Kind
  readonly name: string
  readonly region: Region | 'global'
  /** Whether it costs money, or may. */
  readonly billed: boolean
  /** `now`: it can be taken down. `by itself`: it will go. `stays`: it is meant to. */
  readonly removal: 'now' | 'by itself' | 'stays'
  /** What else is to be known of it; may be empty. */
  readonly note: string
  /** Whether a stack is to delete it. */
  readonly ownedByStack: boolean
}

/** What there may be, in the order in which it is told of. */
export const kinds = [
  'stack',
  'REST API',
  'table',
  'bucket',
  'distribution',
  'web ACL',
  'secret',
  'log group',
  'function',
  'event bus',
  'alarm',
  'dashboard',
  'KMS key',
  'key group',
  'public key',
  'role',
] as const

/** One of those. */
export type Kind = (typeof kinds)[number]

/** What an inventory is made of. */
export interface InventoryScope {
  readonly aws: Aws
  readonly settings: Settings
  readonly names: PhysicalNames
}

/** An item that is billed and can be taken down, unless `of` says otherwise. */
export function item(kind: Kind, of: Pick<InventoryItem, 'name' | 'region'> & Partial<InventoryItem>): InventoryItem {
  return { kind, billed: true, removal: 'now', note: '', ownedByStack: false, ...of }
}
