import { readFileSync } from 'node:fs'
import { type Auth, parseAuth } from '../shared/callers/auth.ts'
import { type Brand, brandField } from '../shared/texts/brand.ts'
import { describeInvalid, type InvalidField, type Parsed, readFields, unknownField } from '../shared/fields.ts'
import { type Issuer, parseIssuers } from '../shared/callers/issuers.ts'

/** The callers that may use the API of an emulator. Without `issuers`, every program on this machine; tokens need both. */
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
  if (invalid.length > 0) throw errorIn(file, invalid)
  return {
    ...(parsed.auth?.ok === true && { auth: parsed.auth.value }),
    ...(parsed.issuers?.ok === true && { issuers: parsed.issuers.value }),
  }
}

/** Reads a brand from a JSON file: what the setting `brand` has. Throws an error that names the file and each wrong field. */
export function readBrand(file: string): Brand {
  return parseBrand(readJsonObject(file, '--brand'), file)
}

/** Parses a brand. Throws an error that names where it is, and each wrong field. */
export function parseBrand(input: object, where: string): Brand {
  const parsed = readFields(brandField.entries, input)
  if (parsed.ok) return parsed.value
  throw errorIn(where, parsed.invalid)
}

function errorIn(where: string, invalid: readonly InvalidField[]): Error {
  return new Error(`${where}: ${invalid.map(describeInvalid).join('; ')}`)
}

/** Reads a JSON object from the file of an option. Throws an error that names the option, the file and what is allowed. */
function readJsonObject(file: string, option: string): Record<string, unknown> {
  const got = (what: string, cause?: unknown) => {
    const message = `${option}: got ${JSON.stringify(file)}, ${what}, allowed: a file with a JSON object`
    return new Error(message, { cause })
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw got('which cannot be read', cause)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw got('which is not JSON', cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw got('which is something else')
}
