import { assert } from '../shared/errors.ts'
import type { Link } from '../shared/link.ts'
import type { ScopeCondition } from '../shared/table/scope-condition.ts'

/** Which links a caller may see, revoke or exchange. */
export interface LinkScope {
  /** Only links of this issuer; absent for links of all. */
  readonly issuer?: string
  /** Only links of one caller: its hashes under all MAC keys, that of the current one first. Absent for links of all callers. */
  readonly callers?: readonly string[]
  /** Only links whose key starts with one of these. The empty text is the start of every key. */
  readonly prefixes: readonly string[]
}

/** Returns whether a link is in a scope. */
export function isInScope({ issuer, caller, key }: Pick<Link, 'issuer' | 'caller' | 'key'>, scope: LinkScope): boolean {
  if (scope.callers !== undefined && (caller === undefined || !scope.callers.includes(caller))) return false
  return (scope.issuer === undefined || scope.issuer === issuer) && startsWithOneOf(key, scope.prefixes)
}

/** Returns whether a key starts with one of `prefixes`, by characters as they are: no prefix is a pattern. */
export function startsWithOneOf(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some(prefix => key.startsWith(prefix))
}

/**
 * Returns `isInScope` as clauses of the condition of a write, so that the write itself decides. An item that doesn't exist
 * meets none of them.
 */
export function scopeCondition(scope: LinkScope): ScopeCondition {
  const { issuer, callers, prefixes } = scope
  assert(prefixes.length > 0, 'a scope has at least one prefix')
  const anyKey = prefixes.includes('')
  const starts = anyKey ? [] : prefixes.map((prefix, index) => [`:prefix${index}`, { S: prefix }] as const)
  const hashes = (callers ?? []).map((caller, index) => [`:caller${index}`, { S: caller }] as const)
  return {
    excludes: found => found === undefined || !isInScope(found, scope),
    clauses: [
      ...(issuer === undefined ? [] : ['#issuer = :issuer']),
      ...(callers === undefined ? [] : [`#caller IN (${hashes.map(([name]) => name).join(', ')})`]),
      ...(anyKey ? [] : [`(${starts.map(([name]) => `begins_with(#key, ${name})`).join(' OR ')})`]),
    ],
    names: {
      ...(issuer !== undefined && { '#issuer': 'issuer' }),
      ...(callers !== undefined && { '#caller': 'caller' }),
      ...(!anyKey && { '#key': 'key' }),
    },
    values: {
      ...(issuer !== undefined && { ':issuer': { S: issuer } }),
      ...Object.fromEntries([...hashes, ...starts]),
    },
  }
}
