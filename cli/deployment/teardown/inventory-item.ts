import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Aws } from '../../ports/ports.ts'

/** One existing resource of a deployment. */
export interface InventoryItem {
  readonly kind: ItemKind
  readonly name: string
  readonly region: Region | 'global'
  /** Whether it costs money, or may cost money. */
  readonly billed: boolean
  /** `now`: a teardown can delete it. `by itself`: AWS will delete it. `stays`: it is shared, and stays. */
  readonly removal: 'now' | 'by itself' | 'stays'
  /** A remark; may be empty. */
  readonly note: string
  /** Whether a stack is still to delete it. */
  readonly ownedByStack: boolean
}

/** All kinds of items, in the order of the report. */
export const kinds = [
  'stack',
  'REST API',
  'table',
  'restored table',
  'bucket',
  'distribution',
  'web ACL',
  'secret',
  'log group',
  'function',
  'event bus',
  'alarm',
  'topic',
  'dashboard',
  'KMS key',
  'key group',
  'public key',
  'role',
] as const

/** A kind of item. */
export type ItemKind = (typeof kinds)[number]

/** The deployment of an inventory, and the port to read it. */
export interface InventoryScope {
  readonly aws: Aws
  readonly settings: Settings
  readonly names: PhysicalNames
  /** The number of the account. */
  readonly account: string
}

/** Returns the ARN of the topic that mails alarms. */
export function alarmTopicArn({ account, names }: Pick<InventoryScope, 'account' | 'names'>): string {
  return `arn:aws:sns:${edgeStackRegion}:${account}:${names.alarmTopic}`
}

/** Creates an item; unless `fields` says otherwise, it is billed and a teardown can delete it. */
export function item(
  kind: ItemKind,
  fields: Pick<InventoryItem, 'name' | 'region'> & Partial<InventoryItem>,
): InventoryItem {
  return { kind, billed: true, removal: 'now', note: '', ownedByStack: false, ...fields }
}
