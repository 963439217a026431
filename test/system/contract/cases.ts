import assert from 'node:assert/strict'
import { type Network, parseNetwork } from '../../../shared/network.ts'
import type { SweptStore } from '../../support/table/memory-store.ts'

/** Cases of the contract, by name: each rejects if a store breaks it. */
export type Contract = Readonly<Record<string, (store: SweptStore) => Promise<void>>>

/** Parses a network. Throws for other text. */
export function network(text: string): Network {
  const parsed = parseNetwork(text)
  assert(parsed !== undefined)
  return parsed
}

/** Acts fifty times at once. */
export function fifty<T>(act: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 50 }, act))
}
