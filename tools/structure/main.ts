import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { folders, limits, rooms, type Rule, rules } from './rules.ts'

// In `npm run check`: fails if an import breaks a rule, a file imports itself at some distance, or the limits are exceeded.

/** One import of a file. */
interface Import {
  /** A path from the root of the repository, or the name of a package. */
  readonly of: string
  /** Whether it takes types only. */
  readonly isType: boolean
  /** Whether it is loaded on demand. */
  readonly isDynamic: boolean
}

const known = new Map<string, readonly Import[]>()

const all = globSync(`{${folders.join()}}/**/*.{ts,tsx}`, {
  exclude: ['**/node_modules', '**/out', 'infra/code/functions'],
})
const files = all.filter(file => rooms[roomOf(file)] !== undefined)
const topFolders = readdirSync('.', { withFileTypes: true }).filter(
  entry => entry.isDirectory() && !['.git', 'node_modules', 'out'].includes(entry.name),
)

/** Rooms that each room imports, by what they are. */
const edges = new Map(Object.keys(rooms).map(room => [room, new Set<string>()]))
const problems: string[] = []
for (const file of files) {
  for (const { of } of importsOf(file)) {
    const from = roomOf(file)
    const to = roomOf(of)
    if (from === to || !edges.has(to)) continue
    edges.get(from)?.add(to)
    if (!rooms[from]?.includes(to))
      problems.push(`${file} imports ${of}: ${from} may import ${rooms[from]?.join(', ')}`)
  }
}
for (const rule of rules) problems.push(...all.flatMap(file => breachesOf(rule, file)))
const circles = circlesOf(files)
problems.push(...circles.map(circle => `a circle: ${circle.join(' -> ')}`))
const levels = Math.max(...Object.keys(rooms).map(room => levelOf(room)))
const count = [...edges.values()].reduce((sum, { size }) => sum + size, 0)
if (topFolders.length > limits.topFolders) problems.push(`the top has more than ${limits.topFolders} folders`)
if (levels > limits.levels) problems.push(`the rooms have more than ${limits.levels} levels`)
for (const problem of problems) console.error(problem)
console.log(
  `${topFolders.length} folders at the top; ${edges.size} rooms, ${levels} levels, ${count} edges, ${circles.length} circles`,
)
process.exitCode = problems.length === 0 ? 0 : 1

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function breachesOf({ because, from, except, only, never, counts }: Rule, file: string): readonly string[] {
  if (!from.test(file) || except?.test(file)) return []
  const imported =
    counts === 'start'
      ? [...importsAtStart(file)]
      : importsOf(file).flatMap(({ of, isType }) => (counts === 'values' && isType ? [] : of))
  return imported
    .filter(each => never?.test(each) || only?.test(each) === false)
    .map(each => `${file} imports ${each}: ${because}`)
}

/** Returns the level of a room: one more than the highest of those it imports. */
function levelOf(room: string, above: readonly string[] = []): number {
  if (above.includes(room)) return Infinity
  return 1 + Math.max(0, ...[...(edges.get(room) ?? [])].map(each => levelOf(each, [...above, room])))
}

/** Returns a circle of imports for each way back to a file that is found. */
function circlesOf(starts: readonly string[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file])
    if (done.has(file)) return
    done.add(file)
    for (const { of } of importsOf(file)) visit(of, [...way, file])
  }
  for (const file of starts) visit(file, [])
  return found
}

/** Returns what a file of the working folder imports, exports of other modules and imports on demand included; of a package, nothing. */
function importsOf(file: string): readonly Import[] {
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
function importsAtStart(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { of, isDynamic } of importsOf(file)) {
    if (isDynamic || seen.has(of)) continue
    seen.add(of)
    importsAtStart(of, seen)
  }
  return seen
}
