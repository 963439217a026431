import { readFileSync } from 'node:fs'
import { type Auth, parseAuth } from '../shared/auth.ts'
import { describeInvalid, type Parsed, unknownField } from '../shared/fields.ts'
import { type Issuer, parseIssuers } from '../shared/issuers.ts'

/** Who may use the API of an emulator. Without `issuers`, every program on this machine; tokens need both. */
export interface Access {
  readonly auth?: Auth
  readonly issuers?: readonly Issuer[]
}

/** Reads `auth` and `issuers`, as the settings of a deployment have them, from a JSON file. Throws an error that names each wrong field. */
export function readAccess(file: string): Access {
  const { auth, issuers, ...others } = readObject(file)
  const parsed = {
    ...(auth !== undefined && { auth: parseAuth(auth) }),
    ...(issuers !== undefined && { issuers: parseIssuers(issuers) }),
  }
  const invalid = [
    ...Object.values(parsed).flatMap((each: Parsed<unknown>) => (each.ok ? [] : each.invalid)),
    ...Object.keys(others).map(unknownField),
  ]
  if (invalid.length > 0) throw new Error(`${file}: ${invalid.map(describeInvalid).join('; ')}`)
  return {
    ...(parsed.auth?.ok === true && { auth: parsed.auth.value }),
    ...(parsed.issuers?.ok === true && { issuers: parsed.issuers.value }),
  }
}

function readObject(file: string): Record<string, unknown> {
  const got = (what: string) =>
    new Error(`--access: got ${JSON.stringify(file)}, ${what}, allowed: a file with a JSON object`)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(got('which cannot be read').message, { cause })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (cause) {
    throw new Error(got('which is not JSON').message, { cause })
  }
  throw got('which is something else')
}
