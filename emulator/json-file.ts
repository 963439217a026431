import { readFileSync } from 'node:fs'

/** Reads a JSON object from the file of an option. Throws an error that names the option, the file and what is allowed. */
export function readJsonObject(file: string, option: string): Record<string, unknown> {
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
