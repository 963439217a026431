import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type App, Aspects, type IAspect } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'

const folder = join(dirname(createRequire(import.meta.url).resolve('#tools')), 'node_modules/cdk-nag-2')

/** Why this machine has no cdk-nag 2; undefined if it has. */
export const missingNag2 = existsSync(folder) ? undefined : 'it is not installed (npm ci --prefix tools)'

/** What cdk-nag 2 has of its API for tests. */
export interface Nag2 {
  readonly AwsSolutionsChecks: new () => IAspect
  readonly NagSuppressions: {
    addResourceSuppressions(
      construct: unknown,
      rules: readonly { readonly id: string; readonly reason: string }[],
    ): void
  }
}

/** Loads cdk-nag 2, which most companies have. */
export const nag2 = (): Nag2 => createRequire(import.meta.url)(folder) as Nag2

/** Returns what versions 3 and 2 of cdk-nag find in an app, with the path of each resource. It synthesises the app. */
export function nagFindings(app: App): { readonly three: readonly string[]; readonly two: readonly string[] } {
  Aspects.of(app).add(new (nag2().AwsSolutionsChecks)())
  const { stacks } = app.synth()
  const two = stacks.flatMap(({ messages }) =>
    messages.flatMap(({ id, entry }) => {
      const finding = /^"(AwsSolutions-\w+(\[.*?\])?):/.exec(JSON.stringify(entry.data))?.[1]
      return finding === undefined ? [] : [`${id}: ${finding}`]
    }),
  )
  const { violations } = new AwsSolutionsChecks(app).validateScope(app)
  const three = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `/${String(constructPath)}: ${ruleName}`),
  )
  return { three: three.toSorted(), two: two.toSorted() }
}
