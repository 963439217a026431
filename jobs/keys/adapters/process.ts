import { generateKeyPairSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../../shared/time.ts'
import type { KeySpec } from '../ports.ts'

/**
 * Writes one line of JSON to standard output, where Lambda collects it. Not by `console.log`, to which Lambda adds a
 * prefix: CloudWatch finds metrics only in a line that is JSON and nothing else.
 */
export function logLine(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => setTimeout(ms),
}

/** Makes a new key pair in PEM: SPKI and PKCS#8. */
export function newKeyPair(spec: KeySpec): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } =
    spec === 'RSA-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
