import type { ParseArgsOptionsConfig } from 'node:util'
import { ProblemError } from '../client/client.ts'
import type { ExitCode } from './command.ts'
import type { World } from './ports/ports.ts'
import { refusalOf } from './refusal.ts'

/** How things are told of. */
interface Telling<T> {
  readonly nameOf: (item: T) => string
  /** Of the command: what is wrong is told under their names. */
  readonly options: ParseArgsOptionsConfig
  readonly note: World['note']
}

/** Does something for each link; what the api turns down is told, and the others are gone on with. */
export async function forEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { nameOf, options, note }: Telling<T>,
): Promise<ExitCode> {
  let code: ExitCode = 0
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      // Of one alone, `run` tells more.
      if (!(error instanceof ProblemError) || items.length === 1) throw error
      const [title, ...words] = refusalOf(error, options)
      note(`${nameOf(item)}: ${title}: ${words.join('; ')}`)
      code = 3
    }
  }
  return code
}
