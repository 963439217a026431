import { type LinkItem, linkOfItem } from '../link-item.ts'
import type { Link, LinkId } from '../link.ts'
import { effectOf, isThrottled } from '../effect-of-error.ts'
import type { FailedAttempt } from './link-table.ts'
import type { RetryBudget } from './retry-budget.ts'

/** Reads the result of a conditional write of link `id`: `kind` if it succeeded. Rejects for an item that is not a link. */
export async function resultOf<Kind extends string>(
  writing: Promise<{ readonly Attributes?: LinkItem }>,
  { id, kind, retries }: { readonly id: LinkId; readonly kind: Kind; readonly retries: RetryBudget },
): Promise<{ readonly kind: Kind; readonly link: Link } | FailedAttempt> {
  try {
    const { Attributes } = await writing
    retries.earn()
    // A write that met our condition returns this item. Without it, or with another, the response is not to our write.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind, link } : { kind: 'unknown-effect' }
  } catch (error) {
    if (isConditionalCheckFailed(error)) {
      retries.earn()
      return { kind: 'condition-failed', found: error.Item && linkOfItem(error.Item) }
    }
    if (isThrottled(error) && !retries.spend()) return { kind: 'overloaded' }
    const effect = effectOf(error)
    if (effect === 'none-not-retryable') return { kind: 'not-retryable', cause: error }
    return effect === 'none' ? { kind: 'no-effect' } : { kind: 'unknown-effect' }
  }
}

/** Returns whether a condition failed; the error has the item that the write found, if there was one. */
export function isConditionalCheckFailed(error: unknown): error is Error & { readonly Item?: LinkItem } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}
