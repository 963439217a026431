import { type Auth, parseAuth } from '../shared/auth.ts'
import { describeInvalid, type Parsed, unknownField } from '../shared/fields.ts'
import { type Issuer, parseIssuers } from '../shared/issuers.ts'
import { readJsonObject } from './json-file.ts'

/** Who may use the API of an emulator. Without `issuers`, every program on this machine; tokens need both. */
export interface Access {
  readonly auth?: Auth
  readonly issuers?: readonly Issuer[]
}

/** Reads `auth` and `issuers`, as the settings of a deployment have them, from a JSON file. Throws an error that names each wrong field. */
export function readAccess(file: string): Access {
  const { auth, issuers, ...others } = readJsonObject(file, '--access')
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
