import type { CallOptions, Client } from './calls.ts'
import type { NewLink } from './presets.ts'
import { ProblemError } from './problem.ts'

/** As long as the ids that S3 gives to versions. */
const anyVersion = '0'.repeat(32)

/**
 * Rejects if the API refuses a field of a link, so that no file is uploaded in vain. Only the API knows all rules; so this requests
 * a link that it must refuse, for one version of an object that may be missing, and its refusal names every other wrong field.
 */
export async function checkFields(
  client: Pick<Client, 'issue'>,
  link: NewLink,
  options: CallOptions = {},
): Promise<void> {
  try {
    await client.issue({ ...link, versionId: anyVersion, allowMissing: true }, options)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.reason !== 'invalid-fields') throw error
    const errors = error.errors.filter(({ field }) => field !== 'versionId' && field !== 'allowMissing')
    const { status, reason, title, detail, requestId, attempts } = error
    if (errors.length > 0) throw new ProblemError({ status, reason, title, detail, requestId, attempts, errors })
  }
}
