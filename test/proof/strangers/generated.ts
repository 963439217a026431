import fc from 'fast-check'
import { parseFilename, parseObjectKey, parseVersionId } from '../../../shared/object-key.ts'

// Half of all characters are those that URLs, policies, headers or wildcards treat as special.
const letter = fc.oneof(
  fc.constantFrom(...Array.from(`%+ .&=#;:@!$'()[]{}<>"|^\`,~_-/aZ09üß日😀`)),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
)

/** Text of 1 to `maxLength` characters, as a reader counts them. */
export const anyText = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: letter, minLength: 1, maxLength })

const longKeys = ['x'.repeat(1024), 'ü'.repeat(512), `${'日'.repeat(300)}/%/+`]
const oddKeys = ['%25', '...', 'a/..b', '%2e%2e/%2F']

/** Keys that a link may name: short, long and odd ones. */
export const anyKey = fc
  .oneof(
    { weight: 8, arbitrary: anyText(40) },
    { weight: 1, arbitrary: anyText(40).map(part => part.repeat(10)) },
    { weight: 1, arbitrary: fc.constantFrom(...longKeys, ...oddKeys) },
  )
  .map(parseObjectKey)
  .filter(key => key !== undefined)

/** File names that a link may have. */
export const anyFilename = anyText(60)
  .map(parseFilename)
  .filter(name => name !== undefined)

/** Ids of versions, as S3 returns them. */
export const anyVersionId = anyText(40)
  .map(parseVersionId)
  .filter(version => version !== undefined)
