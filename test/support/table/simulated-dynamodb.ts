import { hash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import type { DynamoDB, Inputs } from '../../../api/adapters/dynamodb.ts'
import { callerIndex, referenceIndex } from '../../../shared/table/link-item.ts'
import type { Region } from '../../../shared/regions.ts'
import { type Item, meets, type Scope, updated, type Value } from './expression.ts'

/**
 * Consistency of the Regions: each has a copy and gets the writes of others later (MREC), or all share one register
 * (MRSC).
 */
export type Consistency = 'eventual' | 'strong'

/** An item in one Region, undefined if it was deleted, and when and in which Region that was written. */
interface Version {
  readonly item: Item | undefined
  readonly at: number
  readonly by: string
}

/** Replication of one write to one other Region. */
export interface Replication {
  readonly id: string
  readonly to: Region
  readonly version: Version
}

/** What one command has written. */
export interface Written {
  readonly region: Region
  readonly before: Item | undefined
  readonly after: Item | undefined
}

/** An operation with its input. Only those of our adapters are simulated. */
export type Command = { readonly operation: keyof Inputs; readonly input: object }

/** DynamoDB in this process, with the commands that our adapters send. Each is atomic. */
export interface SimulatedDynamoDB {
  /** Executes one command on the copy in `region`; returns or throws as the SDK does. */
  execute(region: Region, command: Command): object
  /** Applies a replicated write: the later write wins, in any order of arrival. */
  apply(replication: Replication): void
  /** Makes a backup of all copies; returns a function that restores it. */
  backup(): () => void
}

interface Input {
  readonly Key?: Record<string, Value>
  readonly Item?: Item
  readonly ConditionExpression?: string
  readonly FilterExpression?: string
  readonly UpdateExpression?: string
  readonly ExpressionAttributeNames?: Record<string, string>
  readonly ExpressionAttributeValues?: Record<string, Value>
  readonly Segment?: number
  readonly IndexName?: string
  readonly KeyConditionExpression?: string
  readonly ScanIndexForward?: boolean
  readonly ExclusiveStartKey?: Item
  readonly Limit?: number
}

/**
 * Makes one table with copies in `regions`. `now` gives writes their time. With `eventual` consistency, each write is
 * passed to `publish` for each other Region; `publish` may apply it later, in any order, or never. `stream` gets each write, too.
 */
export function simulatedDynamoDB(
  regions: readonly Region[],
  consistency: Consistency,
  {
    now,
    publish,
    stream,
  }: { now: () => number; publish: (replication: Replication) => void; stream?: (written: Written) => void },
): SimulatedDynamoDB {
  const copies = new Map(regions.map(region => [region, new Map<string, Version>()]))
  const register = new Map<string, Version>()
  function copyIn(region: Region): Map<string, Version> {
    const copy = consistency === 'strong' ? register : copies.get(region)
    if (copy === undefined) throw new Error(`the table has no replica in ${region}`)
    return copy
  }
  function write(region: Region, id: string, item: Item | undefined): void {
    const copy = copyIn(region)
    // A Region's own writes stay in order, even if its clock goes back.
    const version = { item, at: Math.max(now(), (copy.get(id)?.at ?? 0) + 1), by: region }
    stream?.({ region, before: copy.get(id)?.item, after: item })
    copy.set(id, version)
    if (consistency === 'strong') return
    for (const to of regions) if (to !== region) publish({ id, to, version })
  }
  return {
    execute(region, command) {
      const { operation } = command
      const input = command.input as Input
      const id = itemIdOf(input)
      const before = id === '' ? undefined : copyIn(region).get(id)?.item
      if (operation === 'Scan') return scan(copyIn(region), input)
      if (operation === 'Query') return query(copyIn(region), input)
      if (operation === 'GetItem') return { Item: before }
      check(input, before)
      if (operation === 'PutItem') return (write(region, id, input.Item), {})
      if (operation === 'DeleteItem') return (before && write(region, id, undefined), { Attributes: before })
      if (operation !== 'UpdateItem') throw new Error('a command that is not simulated')
      const after = updated(input.UpdateExpression ?? '', scopeOf(input, before ?? input.Key ?? {}))
      write(region, id, after)
      return { Attributes: after }
    },
    apply({ id, to, version }) {
      const stored = copyIn(to).get(id)
      if (stored === undefined || isLater(version, stored)) copyIn(to).set(id, version)
    },
    backup() {
      const backups = [register, ...copies.values()].map(copy => [copy, new Map(copy)] as const)
      return () => {
        for (const [copy, backup] of backups) {
          copy.clear()
          for (const [id, version] of backup) copy.set(id, version)
        }
      }
    },
  }
}

/** Makes a client of the simulated table that responds at once and without faults. */
export function instantly({ execute }: SimulatedDynamoDB): DynamoDB {
  return region => ({ send: async (operation, input) => execute(region, { operation, input }) })
}

/** Returns the id of the item that an input names; empty if it names none. */
export function itemIdOf({ Key, Item }: Pick<Input, 'Key' | 'Item'>): string {
  const id = (Key ?? Item)?.['id']
  return id !== undefined && 'S' in id ? id.S : ''
}

function scopeOf({ ExpressionAttributeNames, ExpressionAttributeValues }: Input, item: Item): Scope {
  return { item, names: ExpressionAttributeNames ?? {}, values: ExpressionAttributeValues ?? {} }
}

function check(input: Input, before: Item | undefined): void {
  const { ConditionExpression } = input
  if (ConditionExpression === undefined || meets(ConditionExpression, scopeOf(input, before ?? {}))) return
  const message = 'The conditional request failed'
  throw new ConditionalCheckFailedException({ message, $metadata: {}, ...(before && { Item: before }) })
}

/**
 * Scans in the order of the keys' hashes, as DynamoDB does, so a page can begin anywhere. All items are in segment 0.
 */
function scan(copy: ReadonlyMap<string, Version>, input: Input): object {
  if ((input.Segment ?? 0) > 0) return { Items: [] }
  const { Items, LastEvaluatedKey } = pageOf(itemsIn(copy), ['id'], { ...input, order: hashOfId })
  const { FilterExpression } = input
  const isWanted = (item: Item) => FilterExpression === undefined || meets(FilterExpression, scopeOf(input, item))
  return { Items: Items.filter(isWanted), LastEvaluatedKey }
}

/** Queries an index. */
function query(copy: ReadonlyMap<string, Version>, input: Input): object {
  const { partitionKey, sortKey } = input.IndexName === callerIndex.name ? callerIndex : referenceIndex
  const found = itemsIn(copy).filter(item => meets(input.KeyConditionExpression ?? '', scopeOf(input, item)))
  const order = (item: Item) => (item[sortKey] as { N: string }).N.padStart(12, '0') + hashOfId(item)
  return pageOf(found, ['id', partitionKey, sortKey], { ...input, order })
}

function itemsIn(copy: ReadonlyMap<string, Version>): readonly Item[] {
  return [...copy.values()].flatMap(({ item }) => (item === undefined ? [] : [item]))
}

function hashOfId(item: Item): string {
  return hash('sha256', (item['id'] as { S: string }).S)
}

/** Returns the page after the start key, even if that item is gone. Pages have no limit on bytes. */
function pageOf(
  items: readonly Item[],
  keyNames: readonly string[],
  {
    order,
    ScanIndexForward = true,
    ExclusiveStartKey: start,
    Limit = Infinity,
  }: Input & { order: (item: Item) => string },
): { Items: readonly Item[]; LastEvaluatedKey?: Item } {
  const sign = ScanIndexForward ? 1 : -1
  const compare = (a: string, b: string) => (a < b ? -sign : a > b ? sign : 0)
  const from = start && order(start)
  const placed = items.map(item => ({ item, at: order(item) }))
  const left = placed.filter(({ at }) => from === undefined || compare(at, from) > 0)
  const sorted = left.toSorted((a, b) => compare(a.at, b.at))
  const Items = sorted.slice(0, Limit).map(({ item }) => item)
  const last = Items.at(-1)
  // As in DynamoDB, a full page has a key for the next, even if there is no other item.
  if (last === undefined || Items.length < Limit) return { Items }
  return { Items, LastEvaluatedKey: Object.fromEntries(keyNames.map(name => [name, last[name] as Value])) }
}

function isLater(a: Version, b: Version): boolean {
  return a.at > b.at || (a.at === b.at && a.by > b.by)
}

/** Whether an update counts a request: it changes a count, and no state. */
export function isCount(input: object): boolean {
  const names = (input as { readonly ExpressionAttributeNames?: object }).ExpressionAttributeNames ?? {}
  return '#count' in names || '#requested' in names
}

/** Whether an update reserves a try of a link with a passphrase. */
export function isReservation(input: object): boolean {
  return '#maxTries' in ((input as { readonly ExpressionAttributeNames?: object }).ExpressionAttributeNames ?? {})
}
