import { logLine, systemClock } from '../../shared/aws/process.ts'
import { parseAuth } from '../../shared/callers/auth.ts'
import { assert } from '../../shared/errors.ts'
import { describeInvalid } from '../../shared/fields.ts'
import { keySource } from './adapters/oidc-keys.ts'
import { createAuthorizer } from './handler.ts'

const parsed = parseAuth(JSON.parse(process.env['AUTH'] ?? 'null'))
assert(parsed.ok, `set AUTH: ${parsed.ok ? '' : parsed.invalid.map(describeInvalid).join('; ')}`)

/** The function that API Gateway calls with access tokens; see `createAuthorizer`. */
export const handler = createAuthorizer(
  { clock: systemClock, keys: keySource(parsed.value), log: logLine },
  parsed.value,
)
