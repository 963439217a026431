import type { Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { type DatabaseCredentials, onlyOwnClients } from './own-clients.ts'

/** An item as DynamoDB's JSON writes it. */
type Item = Readonly<Record<string, unknown>>

/** A write of one item. */
export interface Change {
  readonly table: string
  /** In dynalite's own spelling. */
  readonly key: string
  /** The whole item; undefined if it was deleted. */
  readonly item: Item | undefined
  /** The item before, if `needsBefore`; undefined if the item is new. `apply` needs none. */
  readonly before?: Item | undefined
}

/** The credentials that it accepts, where it keeps the items, and what it calls after a write. */
export interface DynaliteOptions {
  readonly credentials: DatabaseCredentials
  /** A LevelDB folder. @default in memory */
  readonly path?: string | undefined
  /** Called after each successful put, update or delete, before the item's lock is released. */
  readonly onChange?: (change: Change) => void
  /** Returns whether `onChange` needs the item before, which takes a read for each write. @default it doesn't */
  readonly needsBefore?: () => boolean
}

/** A local substitute for DynamoDB in this process, and a way to write without its actions. */
export interface Dynalite {
  /** Not listening yet. Closing it closes the database. */
  readonly server: Server
  /**
   * Writes or deletes one item under its lock, and updates its index entries. Checks no condition and doesn't call
   * `onChange`. Rejects if the database fails.
   */
  apply(change: Change): Promise<void>
}

type Done = (error?: Error | null) => void
type Release = (done: Done) => Done

/** The items of one table. Every action that writes takes an item's lock, reads, checks the condition, then writes. */
interface ItemDb {
  /** Fails with a `NotFoundError` if there is no item. */
  get(key: string, done: (error: Error | null, item?: Item) => void): void
  lock(key: string, work: (release: Release) => void): void
  put(key: string, item: Item, done: Done): void
  del(key: string, done: Done): void
}

interface Store {
  getItemDb(table: string): ItemDb
  getTable(name: string, done: (error: Error | null, table: object) => void): void
}

/** dynalite passes its options on to `create` unchanged, so they can carry our own. */
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
 * Fills the one gap of dynalite 4.0.0 that matters here: if a condition fails, DynamoDB returns the item
 * (`ReturnValuesOnConditionCheckFailure`), dynalite does not. Its actions call this check under the item's lock.
 */
db.checkConditional = (request, existing) => {
  const error = checkConditional(request, existing)
  if (error && existing) error.body.Item = existing
  return error
}

/** Passes the store of a new dynalite to us; there is no other way to get it. */
db.create = options => {
  const store = create(options)
  options.onStore?.(store)
  return store
}

/** Makes a dynalite for holders of `credentials`, whose tables are active as soon as they are created. */
export function dynalite(options: DynaliteOptions): Dynalite {
  const { credentials, path, onChange = () => undefined, needsBefore = () => false } = options
  let plainStore: Store | undefined
  const server = createServer({
    createTableMs: 0,
    ...(path !== undefined && { path }),
    onStore(store) {
      const plain = store.getItemDb.bind(store)
      plainStore = { ...store, getItemDb: plain }
      store.getItemDb = table => withObserver(plain(table), change => onChange({ table, ...change }), needsBefore)
    },
  })
  if (plainStore === undefined) throw new Error('dynalite no longer makes its store with db.create')
  // Before, so that only what reaches dynalite counts.
  closeAfterResponses(server)
  onlyOwnClients(server, credentials)
  const store = plainStore
  return { server, apply: change => applyTo(store, change) }
}

/**
 * Makes a server close after the last response to what its handlers have begun, also where the connection is gone: a request that goes on
 * with the database closed is an uncaught exception.
 */
function closeAfterResponses(server: Server): void {
  const begun = new Set<ServerResponse>()
  const close = server.close.bind(server)
  let waiting: (() => void) | undefined
  const closeIfIdle = () => {
    if (begun.size > 0) return
    waiting?.()
    waiting = undefined
  }
  server.prependListener('request', (_, response: ServerResponse) => {
    const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse
    begun.add(response)
    response.end = (...parts: unknown[]) => {
      begun.delete(response)
      closeIfIdle()
      return end(...parts)
    }
  })
  server.close = done => {
    waiting = () => void close(done)
    closeIfIdle()
    return server
  }
}

/** Returns the same items with the same lock, but reports successful writes to `onChange`. */
function withObserver(
  items: ItemDb,
  onChange: (change: Omit<Change, 'table'>) => void,
  needsBefore: () => boolean,
): ItemDb {
  function reporting(change: Omit<Change, 'table'>, done: Done): Done {
    return error => {
      if (!error) onChange(change)
      done(error)
    }
  }
  const afterItem = (key: string, write: (before?: Item) => void) =>
    needsBefore() ? items.get(key, (_, before) => write(before)) : write()
  return {
    ...items,
    put: (key, item, done) => afterItem(key, before => items.put(key, item, reporting({ key, item, before }, done))),
    del: (key, done) => afterItem(key, before => items.del(key, reporting({ key, item: undefined, before }, done))),
  }
}

function applyTo(store: Store, { table, key, item }: Change): Promise<void> {
  const items = store.getItemDb(table)
  return new Promise((resolve, reject) => {
    items.lock(key, release => {
      const done = release(error => (error ? reject(error) : resolve()))
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
