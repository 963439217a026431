import { onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator.ts'

/** Longer than a test: on a busy machine a response may be late, and if it were lost, a link could be used without a viewer who gets it. */
const tableTimeoutMs = 3_600_000

/** Starts an emulator in this process, on free ports; it ends with the test. Without `log`, its log lines are dropped. */
export async function emulatorHere(options: Partial<EmulatorOptions> & { bucket: string }): Promise<Emulator> {
  const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const emulator = await startEmulator({ port: 0, regions, tableTimeoutMs, log: () => undefined, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}
