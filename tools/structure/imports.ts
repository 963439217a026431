import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'

/** One import of a file. */
export interface Import {
  /** A path from the root of the repository, or the name of a package. */
  readonly of: string
  /** Whether it takes types only. */
  readonly isType: boolean
  /** Whether it is loaded on demand. */
  readonly isDynamic: boolean
}

const known = new Map<string, readonly Import[]>()

/** Returns what a file of the working folder imports, exports of other modules and imports on demand included; of a package, nothing. */
export function importsOf(file: string): readonly Import[] {
  const found = known.get(file) ?? (existsSync(file) ? readImports(file) : [])
  known.set(file, found)
  return found
}

function readImports(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8')
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module
  const imports = staticImports.map(({ moduleRequest, entries }) => ({
    of: moduleRequest.value,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
    isDynamic: false,
  }))
  const exports = staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [{ of: moduleRequest.value, isType, isDynamic: false }],
    ),
  )
  const onDemand = dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const [, of] = /^'([^']+)'$/.exec(text.slice(start, end)) ?? []
    return of === undefined ? [] : [{ of, isType: false, isDynamic: true }]
  })
  return [...imports, ...exports, ...onDemand].map(each => ({
    ...each,
    of: each.of.startsWith('.') ? posix.join(posix.dirname(file), each.of) : each.of,
  }))
}

/** Returns what a file imports at any distance, but for what is loaded on demand. */
export function importsAtStart(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { of, isDynamic } of importsOf(file)) {
    if (isDynamic || seen.has(of)) continue
    seen.add(of)
    importsAtStart(of, seen)
  }
  return seen
}
