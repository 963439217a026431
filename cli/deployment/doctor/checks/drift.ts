import { stacksOf } from '../../../../infra/placement/placement.ts'
import type { DriftedResource } from '../../../ports/aws-resources.ts'
import { check, deployAgain, fail, type Problem, revertDrift, warn } from '../check.ts'

/** What CloudFormation made is as it made it, as far as it compares: only properties that a template sets. */
export const drift = check({
  name: 'drift',
  fine: 'CloudFormation finds nothing that was changed or deleted by hand',
  needs: [],
  sees: ['drift'],
  appliesTo: (_, { comparesDrift }) => comparesDrift === true,
  *inspect({ drift: found }, { settings, names }) {
    for (const { name, region } of stacksOf(settings, names)) {
      const { resources, unread } = found.find(each => each.name === name && each.region === region) ?? {}
      if (resources === undefined) yield fail(`can't be checked: ${name} in ${region} is not complete`, deployAgain)
      else for (const each of resources) yield* problemsOf(each, name, names.linksTable)
      const todo = 'allow it (docs/permissions.md), then check again'
      if (unread !== undefined) yield warn(`not all of ${name} could be compared: ${unread}`, todo)
    }
  },
})

function problemsOf({ id, type, isDeleted, paths }: DriftedResource, stack: string, table: string): readonly Problem[] {
  const what = `${stack}: ${type} ${id}`
  // All deployments of a Region share it.
  if (type === 'AWS::ApiGateway::Account') return []
  // A table that is created again is empty.
  if (isDeleted) return [fail(`${what} was deleted`, id === table ? 'npm run once -- restore --preview' : revertDrift)]
  // CloudFormation reports tags of distributions and stages that nobody changed (its coverage roadmap, 901 and 1297).
  const changed = paths.filter(path => !path.startsWith('/Tags'))
  return changed.length === 0 ? [] : [fail(`${what} was changed: ${changed.join(', ')}`)]
}
