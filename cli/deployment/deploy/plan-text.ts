import { table } from '../../terminal/text.ts'
import type { Pass } from './passes.ts'
import type { ResourceChange, StackPlan } from './plan.ts'

/** Most lines of permissions that a plan shows; JSON has all. */
const maxShown = 40

/** Returns the plan as text: a row per stack, what is replaced or removed, permissions that widen, and the passes if several. */
export function planText(plans: readonly StackPlan[], passes: readonly Pass[]): string {
  const rows = plans.map(({ stack, kind, created, changed, replaced, maybeReplaced, removed }) => [
    stack,
    kind,
    `${created.length} created`,
    `${changed.length + maybeReplaced.length} changed`,
    `${replaced.length} replaced`,
    `${removed.length} removed`,
  ])
  return [
    table(rows),
    ...section(
      'replaced',
      plans.flatMap(({ stack, replaced }) => resources(stack, replaced)),
    ),
    ...section(
      'perhaps replaced',
      plans.flatMap(({ stack, maybeReplaced }) => resources(stack, maybeReplaced)),
    ),
    ...section(
      'removed',
      plans.flatMap(({ stack, kind, removed }) => (kind === 'removed' ? [stack] : resources(stack, removed))),
    ),
    ...section(
      'permissions that widen',
      plans
        .filter(({ kind }) => kind !== 'new')
        .flatMap(({ stack, widened }) => widened.map(each => `${stack}: ${each}`)),
    ),
    ...section('passes', passes.length === 1 ? [] : passes.map(({ purpose }, index) => `${index + 1}. ${purpose}`)),
  ].join('\n')
}

function resources(stack: string, list: readonly ResourceChange[]): readonly string[] {
  return list.map(({ type, id, name }) => `${stack}: ${type} ${name ?? id}`)
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  const more = lines.length > maxShown ? [`  and ${lines.length - maxShown} more: --json lists all`] : []
  return [`${title}:`, ...lines.slice(0, maxShown).map(line => `  ${line}`), ...more]
}
