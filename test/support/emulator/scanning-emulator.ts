import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClientOptions, createClient, type LinkView } from '../../../client/client.ts'
import type { EmulatorOptions } from '../../../emulator/emulator.ts'
import type { ScanOptions } from '../../../emulator/s3/scanner.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { emulatorHere } from './emulator.ts'

/**
 * Starts an emulator that scans uploads, with the options of a client whose waits take no time: its clock goes on by them alone. Counts
 * parts that were uploaded, and the links that exist at each wait.
 */
export async function scanningEmulator(scan: ScanOptions, more: Partial<EmulatorOptions> = {}) {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const startedAt = systemClock.now()
  let passedMs = 0
  const clock = { ...systemClock, now: () => (startedAt + passedMs) as EpochMs }
  const { api } = await emulatorHere({ bucket, scan, clock, ...more })
  const seen = { parts: 0, waits: [] as number[], linksAtWaits: [] as number[] }
  async function links(): Promise<readonly LinkView[]> {
    const found: LinkView[] = []
    for await (const link of createClient({ origin: api }).list()) found.push(link)
    return found
  }
  const options: ClientOptions = {
    origin: api,
    async put(url, init) {
      seen.parts += 1
      return fetch(url, init)
    },
    async wait(ms, signal) {
      signal?.throwIfAborted()
      seen.waits.push(ms)
      seen.linksAtWaits.push((await links()).length)
      passedMs += ms
    },
  }
  return { api, bucket, options, seen, links, pass: (ms: number) => void (passedMs += ms) }
}

/** The sum of what a client has waited, in milliseconds. */
export const sumOf = (waits: readonly number[]): number => waits.reduce((sum, ms) => sum + ms, 0)
