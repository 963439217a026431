import * as iam from 'aws-cdk-lib/aws-iam'
import { callerIndex, referenceIndex } from '../../shared/table/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import { type Names, tableArn } from '../placement/names.ts'

/**
 * The actions of each verb on the links table. Consuming a link is a delete, or an update if there is a receipt or to count an
 * unredeemed request, and reading it; revoking reads a link and marks it; a list is of all links, or a query of an index.
 */
const actionsOf = {
  consume: ['DeleteItem', 'UpdateItem', 'GetItem'],
  issue: ['PutItem'],
  revoke: ['GetItem', 'UpdateItem'],
  list: ['Scan'],
  listOwn: ['Query'],
  sweep: ['Scan', 'DeleteItem'],
  read: ['GetItem'],
} as const

/**
 * Grants exactly the actions of a verb on the links table, on its replicas in `regions`. It refers to the table by name, so that any
 * stack can grant.
 */
export function grantLinks(
  grantee: iam.IGrantable,
  verb: keyof typeof actionsOf,
  { names, regions }: { readonly names: Names; readonly regions: readonly Region[] },
): void {
  const tables = regions.map(region => tableArn(names.linksTable, region))
  const resourceArns = verb === 'listOwn' ? tables.map(callerIndexArn) : tables
  const actions = actionsOf[verb].map(action => `dynamodb:${action}`)
  iam.Grant.addToPrincipal({ grantee, actions, resourceArns }).assertSuccess()
  if (verb !== 'list') return
  const indexes = { actions: ['dynamodb:Query'], resourceArns: tables.map(referenceIndexArn) }
  iam.Grant.addToPrincipal({ grantee, ...indexes }).assertSuccess()
}

/** Returns the ARN of the index by reference of a replica. */
export function referenceIndexArn(tableArn: string): string {
  return `${tableArn}/index/${referenceIndex.name}`
}

/** Returns the ARN of the index by caller of a replica. */
export function callerIndexArn(tableArn: string): string {
  return `${tableArn}/index/${callerIndex.name}`
}
