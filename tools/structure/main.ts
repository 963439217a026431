import { globSync, readdirSync } from 'node:fs'
import { importsAtStart, importsOf } from './imports.ts'
import { folders, limits, rooms, type Rule, rules } from './rules.ts'

// In `npm run check`: fails if an import breaks a rule, a file imports itself at some distance, or the limits are exceeded.

const all = globSync(`{${folders.join()}}/**/*.ts`, {
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
