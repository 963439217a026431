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
   * Writes or deletes one item if `accepts()` says so, which is asked when nobody else may write that item. Its entries in
   * indexes follow it; no condition is checked, `onChange` isn't called. Rejects when the database does.
   */
  apply(change: Change, accepts: () => boolean): Promise<void>
}

type Done = (error?: Error | null) => void
type Release = (done: Done) => Done

/** The items of one table. Every action that writes takes an item's lock, reads, checks the condition, then writes. */
interface ItemDb {
  /** Fails with a `NotFoundError` where there is no item. */
  get(key: string, done: (error: Error | null, item?: Item) => void): void
  lock(key: string, work: (release: Release) => void): void
  put(key: string, item: Item, done: Done): void
  del(key: string, done: Done): void
}

interface Store {
  getItemDb(table: string): ItemDb
  getTable(name: string, done: (error: Error | null, table: object) => void): void
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
  updateIndexes: (store: Store, table: object, ...change: [before?: Item, after?: Item, done?: Done]) => void
}
const createServer = require('dynalite') as (options: StoreOptions & { path?: string; createTableMs: number }) => Server
const { checkConditional, create, updateIndexes } = db

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
  let plainStore: Store | undefined
  const server = createServer({
    createTableMs: 0,
    ...(path !== undefined && { path }),
    onStore(store) {
      const plain = store.getItemDb.bind(store)
      plainStore = { ...store, getItemDb: plain }
      store.getItemDb = table => observed(plain(table), change => onChange({ table, ...change }))
    },
  })
  if (plainStore === undefined) throw new Error('dynalite no longer makes its store with db.create')
  const store = plainStore
  return { server, apply: (change, accepts) => applyTo(store, change, accepts) }
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

function applyTo(store: Store, { table, key, item }: Change, accepts: () => boolean): Promise<void> {
  const items = store.getItemDb(table)
  return new Promise((resolve, reject) => {
    items.lock(key, release => {
      const done = release(error => (error ? reject(error) : resolve()))
      if (!accepts()) return done()
      const write: Done = error => {
        if (error) return done(error)
        if (item === undefined) items.del(key, done)
        else items.put(key, item, done)
      }
      items.get(key, (missing, before) => {
        if (missing && missing.name !== 'NotFoundError') return done(missing)
        store.getTable(table, (error, description) => {
          if (error) return done(error)
          updateIndexes(store, description, before, item, write)
        })
      })
    })
  })
}
