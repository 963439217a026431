import { ProblemError } from '../client/client.ts'
import type { ExitCode } from './command.ts'
import type { World } from './ports.ts'

/** Does something for each link; what the api turns down is told, and the others are gone on with. */
export async function forEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { nameOf, note }: { readonly nameOf: (item: T) => string; readonly note: World['note'] },
): Promise<ExitCode> {
  let code: ExitCode = 0
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      // Of one alone, `run` tells more.
      if (!(error instanceof ProblemError) || items.length === 1) throw error
      note(`${nameOf(item)}: ${error.title}: ${error.detail}`)
      code = 3
    }
  }
  return code
}
