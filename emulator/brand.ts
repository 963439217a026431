import { type Brand, brandField } from '../shared/brand.ts'
import { describeInvalid, readFields } from '../shared/fields.ts'
import { readJsonObject } from './json-file.ts'

/** Reads a brand from a JSON file: what the setting `brand` has. Throws an error that names the file and each wrong field. */
export function readBrand(file: string): Brand {
  return parseBrand(readJsonObject(file, '--brand'), file)
}

/** Parses a brand. Throws an error that names where it is, and each wrong field. */
export function parseBrand(input: object, where: string): Brand {
  const parsed = readFields(brandField.entries, input)
  if (parsed.ok) return parsed.value
  throw new Error(`${where}: ${parsed.invalid.map(describeInvalid).join('; ')}`)
}
