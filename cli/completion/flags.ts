import type { Command, Words } from '../command.ts'

/** One option as shells complete it. */
export interface Flag {
  /** As it is typed: `--key`. */
  readonly long: string
  /** `-k`, if it has one. */
  readonly short: string | undefined
  /** What may follow: words, a file, any text, or nothing. */
  readonly value: Words | 'text' | undefined
  /** Whether that may be left out, so that anything else may follow as well. */
  readonly isOptional: boolean
}

/** The options of a command; those that are on, off or neither come twice, as `--receipt` and `--no-receipt`. */
export function flagsOf({ options, words = {}, optional = [] }: Command): readonly Flag[] {
  return Object.entries(options).flatMap(([name, { type, short, default: preset }]): Flag[] => {
    const flag = { long: `--${name}`, short: short && `-${short}`, isOptional: optional.includes(name) }
    if (type === 'string') return [{ ...flag, value: words[name] ?? 'text' }]
    const negative = { long: `--no-${name}`, short: undefined, value: undefined, isOptional: false }
    return preset === undefined ? [{ ...flag, value: undefined }, negative] : [{ ...flag, value: undefined }]
  })
}
