import type { LinkItem } from './link-item.ts'
import type { Link } from '../link.ts'

/** A scope of links, and the same as a part of a condition in DynamoDB's language, with its names and values. */
export interface ScopeCondition {
  /** Returns whether a link that was found is not in the scope, or none was found: a caller can't tell one from the other. */
  excludes(found: Link | undefined): boolean
  /** All of them must hold. May be empty. */
  readonly clauses: readonly string[]
  readonly names: Readonly<Record<string, string>>
  readonly values: LinkItem
}
