import { onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator.ts'

/**
 * Starts an emulator in this process, on free ports; ends with the test. It drops log lines unless `options` has a
 * `log`.
 */
export async function emulatorHere(options: Partial<EmulatorOptions> & { bucket: string }): Promise<Emulator> {
  const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const emulator = await startEmulator({ port: 0, regions, log: () => undefined, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}
