import { presets } from '../../client/presets.ts'
import { viewStates } from '../../shared/schemas/link-view.ts'
import { firstKey } from '../first-key.ts'
import { type EmulatorUrls, guideTo, privateGuideTo } from '../front/front.ts'
import type { ConsoleOptions } from './console.ts'

/** What the console shows of an emulator. */
export interface ConsoleSubject {
  readonly bucket: string
  /** Regions that may be a link's home, the default first. */
  readonly regions: readonly string[]
  readonly mode?: 'home' | 'strong' | undefined
  /** Home folder of the only user who may use it. */
  readonly privateTo?: string | undefined
}

/** Returns the console's options, but its clock. */
export function consoleOptions(
  urls: EmulatorUrls,
  { bucket, regions, mode = 'home', privateTo }: ConsoleSubject,
): Omit<ConsoleOptions, 'now'> {
  const sampleKey = firstKey(bucket)
  const setup = {
    kind: 'emulator',
    place: 'on this machine',
    edges: urls.edges,
    homeRegions: regions,
    mode,
    ...(sampleKey !== undefined && { sampleKey }),
    uploads: 'whole',
    presets,
    states: viewStates,
  } as const
  return { setup, guide: privateTo === undefined ? guideTo(urls) : privateGuideTo(urls) }
}
