/** A part of a path pattern: one character, or any number of them. */
interface Part {
  readonly many: boolean
  /** The characters that it may be. @default any */
  readonly of?: string
}

/** The paths that a pattern matches. */
export type Paths = readonly Part[]

/** The characters of a nonce: base64url. */
const nonceCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The path pattern of links. */
export const linkPattern = '/d/*'

/** The paths of links: `/d/` and a nonce of 43 characters. All else below `/d/` is no link. */
export const linkPaths: Paths = [
  ...partsOf('/d/'),
  ...Array.from({ length: 43 }, () => ({ many: false, of: nonceCharacters })),
]

/**
 * Returns the paths that a pattern of CloudFront matches: `*` is any number of characters, `?` is one, and all else is itself, in upper
 * or lower case. A pattern means the same with a slash at its start and without (CloudFront, "Cache behavior settings").
 */
export function pathsOf(pattern: string): Paths {
  return partsOf(/^[/*]/.test(pattern) ? pattern : `/${pattern}`)
}

function partsOf(pattern: string): Paths {
  return Array.from(pattern, character => {
    if (character === '*') return { many: true }
    return character === '?' ? { many: false } : { many: false, of: character }
  })
}

/** Returns whether some path is in both. */
export function overlap(a: Paths, b: Paths): boolean {
  const seen = new Set<string>()
  const next: (readonly [number, number])[] = [[0, 0]]
  for (let place = next.pop(); place !== undefined; place = next.pop()) {
    const [i, j] = place
    if (i === a.length && j === b.length) return true
    if (seen.has(place.join())) continue
    seen.add(place.join())
    for (const [di, dj] of stepsFrom(a[i], b[j])) next.push([i + di, j + dj])
  }
  return false
}

/** Yields how far two parts can be passed at once: `*` with nothing, or both with a character that they share. */
function* stepsFrom(one: Part | undefined, other: Part | undefined): Iterable<readonly [0 | 1, 0 | 1]> {
  if (one?.many === true) yield [1, 0]
  if (other?.many === true) yield [0, 1]
  if (one !== undefined && other !== undefined && shareCharacter(one, other))
    yield [one.many ? 0 : 1, other.many ? 0 : 1]
}

function shareCharacter({ of: one }: Part, { of: other }: Part): boolean {
  if (one === undefined || other === undefined) return true
  return Array.from(one).some(character => other.includes(character))
}
