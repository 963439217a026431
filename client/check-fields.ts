import type { CallOptions } from './calls.ts'
import type { Client } from './client.ts'
import type { NewLink } from './presets.ts'
import { ProblemError } from './problem.ts'

/** As long as the ids that S3 gives to versions. */
const anyVersion = '0'.repeat(32)

/**
 * Rejects if the API refuses a field of a link, so that no file is uploaded in vain. Only the API knows all rules; so this requests
 * a link that it must refuse, for one version of an object that may be missing, and its refusal names every other wrong field.
 */
export async function checkFields(
  client: Pick<Client, 'issueMany'>,
  link: NewLink,
  options: CallOptions = {},
): Promise<void> {
  // In a batch, whose response is 200: browsers report each 400 in their console.
  for await (const result of client.issueMany([{ ...link, versionId: anyVersion, allowMissing: true }], options)) {
    if (!('problem' in result)) continue
    const { errors = [], ...problem } = result.problem
    const isOurs = (field: string) => field === 'versionId' || (field === 'allowMissing' && !link.allowMissing)
    const others = errors.filter(({ field }) => !isOurs(field))
    if (problem.reason !== 'invalid-fields' || others.length > 0)
      throw new ProblemError({ ...problem, errors: others, attempts: 1 })
  }
}
