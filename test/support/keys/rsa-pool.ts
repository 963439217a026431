import { generateKeyPairSync, type KeyObject } from 'node:crypto'

/** Pairs of RSA keys that simulations share, each of which takes as long to make as a hundred others. */
const size = 12
const pool: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }[] = []

/** Returns a function that returns another RSA key pair each time, up to `size` times; then it begins again. */
export function rsaPairs(): () => { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  let next = 0
  return () => {
    const index = next % size
    next += 1
    return (pool[index] ??= generateKeyPairSync('rsa', { modulusLength: 2048 }))
  }
}
