import { afterEach, vi } from 'vitest'
import type { Account } from './control-plane/account.ts'
import { serveAccount } from './control-plane/server.ts'
import { onceHere, type Outcome } from './once-here.ts'

/** When all tests take place. */
export const testTime = new Date('2026-11-24T12:00:00Z')

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) await close()
})

/**
 * A command line with this account in the place of AWS, real adapters and SDK between them. Time passes where the command
 * waits, and nowhere else.
 */
export async function onAccount(account: Account): Promise<(...args: readonly string[]) => Promise<Outcome>> {
  const { endpoint, close } = await serveAccount(account)
  closing.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  return (...args) => onceHere(args, { now: testTime.getTime() })
}
