import type { Server } from 'node:http'
import { createRequire } from 'node:module'

/** An item as DynamoDB's JSON writes it. */
export type Item = Readonly<Record<string, unknown>>

/** What became of one item: written whole, or `undefined` when it was deleted. `key` is dynalite's own spelling of it. */
export interface Change {
  readonly table: string
  readonly key: string
  readonly item: Item | undefined
}

/** Where to keep the items, and who hears of what happens to them. */
export interface DynaliteOptions {
  /** A LevelDB folder. @default in memory */
  readonly path?: string | undefined
  /** Called after each put, update or delete that succeeded, before anybody else may write the same item. */
  readonly onChange?: (change: Change) => void
}

/** A DynamoDB stand-in in this process, and a way in behind its actions. */
export interface Dynalite {
  /** Not listening yet. Closing it closes the database. */
  readonly server: Server
  /**
   * Writes or deletes one item if `accepts()` says so, which is asked when nobody else may write that item. No condition
   * is checked, `onChange` isn't called, secondary indexes are left alone. Rejects when the database does.
   */
  apply(change: Change, accepts: () => boolean): Promise<void>
}

type Done = (error?: Error | null) => void
type Release = (done: Done) => Done

/** The items of one table. Every action that writes takes an item's lock, reads, checks the condition, then writes. */
interface ItemDb {
  lock(key: string, work: (release: Release) => void): void
  put(key: string, item: Item, done: Done): void
  del(key: string, done: Done): void
}

interface Store {
  getItemDb(table: string): ItemDb
}

/** dynalite hands its options to `create` as it got them, so ours travel along. */
interface StoreOptions {
  readonly onStore?: (store: Store) => void
}

type ConditionError = Error & { body: { Item?: Item } }

const require = createRequire(import.meta.url)
const db = require('dynalite/db') as {
  checkConditional: (request: object, existing?: Item) => ConditionError | null
  create: (options: StoreOptions) => Store
}
const createServer = require('dynalite') as (options: StoreOptions & { path?: string; createTableMs: number }) => Server
const { checkConditional, create } = db

/**
 * Fills dynalite's one gap that matters here: with a failed condition DynamoDB returns the item as it stood
 * (`ReturnValuesOnConditionCheckFailure`), dynalite 4.0.0 does not. Its actions call this check under the item's lock.
 */
db.checkConditional = (request, existing) => {
  const error = checkConditional(request, existing)
  if (error && existing) error.body.Item = existing
  return error
}

/** Lets us see the store that a new dynalite works on; there is no other way to it. */
db.create = options => {
  const store = create(options)
  options.onStore?.(store)
  return store
}

/** Makes a dynalite whose tables are there as soon as they were asked for. */
export function dynalite({ path, onChange = () => undefined }: DynaliteOptions): Dynalite {
  let itemsOf: Store['getItemDb'] | undefined
  const server = createServer({
    createTableMs: 0,
    ...(path !== undefined && { path }),
    onStore(store) {
      const plain = store.getItemDb.bind(store)
      itemsOf = plain
      store.getItemDb = table => observed(plain(table), change => onChange({ table, ...change }))
    },
  })
  if (itemsOf === undefined) throw new Error('dynalite no longer makes its store with db.create')
  const items = itemsOf
  return { server, apply: (change, accepts) => applyTo(items(change.table), change, accepts) }
}

/** The same items and the same lock, but what is written through here is told. */
function observed(items: ItemDb, tell: (change: Omit<Change, 'table'>) => void): ItemDb {
  function telling(change: Omit<Change, 'table'>, done: Done): Done {
    return error => {
      if (!error) tell(change)
      done(error)
    }
  }
  return {
    ...items,
    put: (key, item, done) => items.put(key, item, telling({ key, item }, done)),
    del: (key, done) => items.del(key, telling({ key, item: undefined }, done)),
  }
}

function applyTo(items: ItemDb, { key, item }: Change, accepts: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    items.lock(key, release => {
      const done = release(error => (error ? reject(error) : resolve()))
      if (!accepts()) return done()
      if (item === undefined) items.del(key, done)
      else items.put(key, item, done)
    })
  })
}
