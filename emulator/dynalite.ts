import type { Server } from 'node:http'
import { createRequire } from 'node:module'

/** A DynamoDB stand-in in this process: not listening yet. With `path` its items are in LevelDB there, else in memory. */
export type Dynalite = (options: { path?: string; createTableMs: number }) => Server

type Item = Record<string, unknown>
type ConditionError = Error & { body: { Item?: Item } }

const require = createRequire(import.meta.url)
const db = require('dynalite/db') as { checkConditional: (request: object, existing?: Item) => ConditionError | null }
const { checkConditional } = db

/**
 * Fills dynalite's one gap that matters here: with a failed condition DynamoDB returns the item as it stood
 * (`ReturnValuesOnConditionCheckFailure`), dynalite 4.0.0 does not. Its actions call this check under the item's lock.
 */
db.checkConditional = (request, existing) => {
  const error = checkConditional(request, existing)
  if (error && existing) error.body.Item = existing
  return error
}

/** dynalite, with what it finds in the way of a condition returned as DynamoDB would. */
export const dynalite = require('dynalite') as Dynalite
