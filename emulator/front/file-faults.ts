import type { ServerResponse } from 'node:http'
import { describeInvalid, type InvalidField } from '../../shared/fields.ts'
import { sendProblem } from '../../console/messages.ts'
import { type ObjectKey, objectKeyRule } from '../../shared/object-key.ts'

/** Why a request for a file is refused, for a problem document. */
export interface FileFault {
  readonly status: 400 | 405 | 409 | 412 | 413
  readonly title: string
  readonly reason: string
  readonly invalid: InvalidField
}

const keyRule = `${objectKeyRule}, percent-encoded, without a query`

/** Refuses all methods but PUT and DELETE. */
export function wrongMethod(method: string): FileFault {
  const invalid = { field: 'method', got: JSON.stringify(method), allowed: 'PUT, DELETE' }
  return { status: 405, title: 'This method is not allowed here', reason: 'method-not-allowed', invalid }
}

/** Refuses a key that a link may not name; `path` is its spelling in the URL. */
export function invalidKey(path: string): FileFault {
  const invalid = { field: 'key', got: JSON.stringify(path.slice(0, 200)), allowed: keyRule }
  return { status: 400, title: 'The key cannot be used', reason: 'invalid-fields', invalid }
}

/** Refuses any If-None-Match but `*`, as S3 does for uploads. */
export function wrongCondition(condition: string): FileFault {
  const invalid = { field: 'If-None-Match', got: JSON.stringify(condition.slice(0, 200)), allowed: '*' }
  return { status: 400, title: 'The condition cannot be used', reason: 'invalid-fields', invalid }
}

/** Refuses to replace an object, as S3 does with `If-None-Match: *` (AWS, "How to prevent object overwrites with conditional writes"). */
export function keyInUse(key: ObjectKey): FileFault {
  const invalid = { field: 'key', got: JSON.stringify(key), allowed: 'a key without an object, with If-None-Match: *' }
  return { status: 412, title: 'There is an object under this key', reason: 'object-exists', invalid }
}

/** Refuses an upload of more than `maxBytes`. */
export const tooLarge = (maxBytes: number): FileFault => ({
  status: 413,
  title: 'The object is too large',
  reason: 'body-too-large',
  invalid: { field: 'body', got: `more than ${maxBytes} bytes`, allowed: `at most ${maxBytes} bytes` },
})

/** Refuses to delete a file of the user's folder. */
export function readOnly(versionId: string): FileFault {
  const invalid = { field: 'versionId', got: JSON.stringify(versionId), allowed: 'the version of an upload' }
  return { status: 409, title: 'The emulator never deletes files of its folder', reason: 'read-only', invalid }
}

/** Sends the problem document of a refusal. */
export function refuse(response: ServerResponse, { status, title, reason, invalid }: FileFault): void {
  const problem = { status, title, detail: describeInvalid(invalid), reason, members: { errors: [invalid] } }
  sendProblem(response, { ...problem, ...(status === 405 && { headers: { allow: 'PUT, DELETE' } }) })
}
