import { fields } from './settings.ts'

/** How a setting is written on the command line, where it isn't plain text. */
const lists = new Set(['homeRegions', 'apiRegions', 'edgeRegions', 'kmsKeys'])
const objects = new Set(['nearestReplica', 'brand'])

/**
 * The settings of a file with those of the command line in their place (`cdk -c NAME=VALUE`): lists with commas, objects
 * as JSON, numbers and `true` or `false` as they are, and nothing at all to leave out what the file says. `contextOf` gives
 * a value or undefined. What is wrong is said where settings are read.
 */
export function withOverrides(input: object, contextOf: (name: string) => unknown): object {
  const given = Object.keys(fields).map(name => [name, contextOf(name)] as const)
  const overrides = given
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, valueOf(name, value)])
  const all = { ...input, ...Object.fromEntries(overrides) } as Record<string, unknown>
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

function valueOf(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  if (lists.has(name)) return value.split(',').map(plain)
  return objects.has(name) ? fromJson(value) : plain(value)
}

/** Text that is no JSON stays text, which is then refused by name. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function plain(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}
