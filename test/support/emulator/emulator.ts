import { onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/emulator.ts'

/** Longer than any test, in milliseconds: a busy machine responds late, and a lost response may use a link that no viewer gets. */
const tableTimeoutMs = 7_200_000

/** Starts an emulator in this process, on free ports; it ends with the test. Without `log`, its log lines are dropped. */
export async function emulatorHere(options: Partial<EmulatorOptions> & { bucket: string }): Promise<Emulator> {
  const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const emulator = await startEmulator({ port: 0, regions, tableTimeoutMs, log: () => undefined, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}
