import type { Difference, DriftedResource } from '../../ports/aws-stacks.ts'
import type { NamedStack } from '../names.ts'
import { fail, type Problem, revertDrift } from './check.ts'

const globalTable = 'AWS::DynamoDB::GlobalTable'

/** Returns what is wrong with a resource that CloudFormation reports; nothing if it is so by our own doing, or CloudFormation's. */
export function problemsOfDrift(resource: DriftedResource, stack: NamedStack, linksTable: string): readonly Problem[] {
  const { id, type, isDeleted } = resource
  const what = `${stack.name}: ${type} ${id}`
  // All deployments of a Region share it.
  if (type === 'AWS::ApiGateway::Account') return []
  // A table that is created again is empty; no link needs what the other tables held.
  if (isDeleted)
    return [fail(`${what} was deleted`, id === linksTable ? 'npm run once -- restore --preview' : revertDrift)]
  const changed = changesByHand(resource)
  if (changed.length === 0) return []
  const found = `${what} was changed: ${changed.map(({ path }) => path).join(', ')}`
  return [type === globalTable ? fail(found, changeTable(stack, id)) : fail(found)]
}

/** Never by --revert-drift: with a customer's key, that would touch the key too, which CloudFormation takes for another one. */
function changeTable({ name, region }: NamedStack, table: string): string {
  const change = `aws dynamodb update-table --region ${region} --table-name ${table} (or update-time-to-live, update-continuous-backups)`
  return `${change}; the values: aws cloudformation get-template --region ${region} --stack-name ${name}`
}

/** Leaves out what CloudFormation reports although only it or `once deploy` made it so. */
function changesByHand({ type, differences }: DriftedResource): readonly Difference[] {
  const isFalse = ({ path, kind, expected, actual }: Difference) =>
    // Tags of distributions and stages (CloudFormation's coverage roadmap, 901 and 1297).
    path.startsWith('/Tags') ||
    // The key of a table, which is named by its ARN and returned as an id (2232); names of functions (2571).
    isEndOfArn(expected, actual) ||
    isEndOfArn(actual, expected) ||
    // What is set after the creation of a replica; table-protection and table-writers check it.
    (type === globalTable &&
      kind === 'ADD' &&
      /^\/Replicas\/\d+\/(DeletionProtectionEnabled|ResourcePolicy)/.test(path))
  return withoutOrder(differences).filter(each => !isFalse(each))
}

const isEndOfArn = (arn: string, end: string) =>
  arn.startsWith('arn:') && end !== '' && [`/${end}`, `:${end}`].some(each => arn.endsWith(each))

/** The lists of a distribution that CloudFront returns in another order (coverage roadmap, 1369), and what names their elements. */
const unordered = /^\/DistributionConfig\/(Origins|CustomErrorResponses)\/\d+/
const nameOf: Readonly<Record<string, string>> = { Origins: '/Id', CustomErrorResponses: '/ErrorCode' }

/**
 * Leaves out what differs only because CloudFormation compares elements of such a list by their positions: fields that have the same
 * values in another order, and where the elements' names are such, also fields that not all elements have.
 */
function withoutOrder(differences: readonly Difference[]): readonly Difference[] {
  const fields = Map.groupBy(differences, ({ path }) => path.replace(unordered, '$1'))
  const isPermuted = (same: readonly Difference[] = []) => {
    const [expected, actual] = (['expected', 'actual'] as const).map(side => same.map(each => each[side]).toSorted())
    return same.length > 0 && String(expected) === String(actual)
  }
  return [...fields.values()].flatMap(same => {
    const [, list = ''] = unordered.exec(same[0]?.path ?? '') ?? []
    if (list === '') return same
    const isOfSome = same.some(({ kind }) => kind !== 'NOT_EQUAL')
    return isPermuted(isOfSome ? fields.get(list + nameOf[list]) : same) ? [] : same
  })
}
