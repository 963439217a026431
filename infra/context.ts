import { fields } from './settings.ts'

/** Settings that the command line writes with commas, and those that it writes as JSON. */
const lists = new Set(['homeRegions', 'apiRegions', 'edgeRegions', 'kmsKeys', 'userRoles'])
const objects = new Set(['nearestReplica', 'brand'])

/**
 * Returns the settings of a file, overridden by those of the command line (`cdk -c NAME=VALUE`): lists with commas, objects
 * as JSON, numbers and booleans as they are. An empty value removes the setting of the file. `contextOf` returns the value
 * for a name, or undefined. Checks nothing: `parseSettings` does.
 */
export function withOverrides(input: object, contextOf: (name: string) => unknown): object {
  const context = Object.keys(fields).map(name => [name, contextOf(name)] as const)
  const overrides = context
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, parseValue(name, value)])
  const merged = { ...input, ...Object.fromEntries(overrides) } as Record<string, unknown>
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

function parseValue(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  if (lists.has(name)) return value.split(',').map(parseScalar)
  return objects.has(name) ? parseJson(value) : parseScalar(value)
}

/** Parses JSON; returns invalid JSON as text, which `parseSettings` refuses by name. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseScalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}
