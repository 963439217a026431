import { isProtected } from '../../../../infra/placement/placement.ts'
import type { Region } from '../../../../shared/regions.ts'
import type { Table } from '../../../ports/aws-data.ts'
import { check, fail, type Problem, revertDrift, warn } from '../check.ts'
import type { ByRegion } from '../facts.ts'

/** The links table has a replica in every home Region and in no other, and the witness of the settings. */
export const tableRegions = check({
  name: 'table-regions',
  fine: 'the links table has replicas in exactly the home Regions',
  needs: [],
  sees: ['links', 'stacks'],
  *inspect({ links, stacks }, { settings, names }) {
    const { homeRegions, witnessRegion } = settings
    const [home] = homeRegions
    const wasDeployed = stacks.some(({ name, status }) => name === names.regionStack(home) && completed.test(status))
    const witnesses = witnessRegion === undefined ? [] : [witnessRegion]
    for (const region of homeRegions) {
      const table = links[region]
      if (table === undefined) yield missingTable(names.linksTable, region, region === home && wasDeployed)
      else yield* regionProblems(table, region, { homeRegions, witnesses })
    }
  },
})

function* regionProblems(
  { status, replicas, witnesses: found }: Table,
  region: Region,
  { homeRegions, witnesses }: { readonly homeRegions: readonly Region[]; readonly witnesses: readonly Region[] },
): Iterable<Problem> {
  const difference = describeDifference(replicas, homeRegions)
  if (status !== 'ACTIVE')
    yield warn(`the replica in ${region} is ${status}`, 'wait until DynamoDB is done, then check again')
  if (difference !== '') yield fail(`according to ${region}, the table ${difference}`)
  if (describeDifference(found, witnesses) === '') return
  const expected = witnesses[0] ?? '-'
  yield fail(`according to ${region}, the table has witness ${found.join(', ') || '-'}, expected: ${expected}`)
}

/** States of a stack that has, or had, all its resources. */
const completed = /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/

/** A table that was lost is that of the first home Region. The others are its replicas, which CloudFormation adds again. */
function missingTable(name: string, region: Region, isLost: boolean): Problem {
  const found = `${name} is not in ${region}: its links return 503`
  return isLost ? fail(found, 'npm run once -- restore --preview') : fail(found)
}

/** Describes how a list of Regions differs from the expected one; empty if it doesn't. */
function describeDifference(found: readonly string[], expected: readonly string[]): string {
  const missing = expected.filter(region => !found.includes(region))
  const extra = found.filter(region => !expected.includes(region))
  return [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`is also in ${extra.join(', ')}`] : []),
  ].join(' and ')
}

/** The table has the consistency of its mode: if it is eventual in mode `strong`, two viewers could use one link. */
export const tableConsistency = check({
  name: 'table-consistency',
  fine: 'the table has the consistency of its mode',
  needs: ['links'],
  *inspect({ links }, { settings: { mode, homeRegions } }) {
    for (const region of homeRegions) {
      const table = links[region]
      if (table === undefined || table.strong === (mode === 'strong')) continue
      const [actual, expected] = table.strong ? ['strongly', 'eventually'] : ['eventually', 'strongly']
      const danger = mode === 'strong' ? ': two viewers could use one link' : ''
      yield fail(
        `the replica in ${region} is ${actual} consistent, in mode ${mode} it must be ${expected} consistent${danger}`,
        'the consistency of a table never changes: set the mode it was created with, or deploy under another name',
      )
    }
  },
})

/** No table can be deleted by mistake. In an app of yours, a call protects the tables, of which CloudFormation knows nothing. */
export const tableProtection = check({
  name: 'table-protection',
  fine: 'deletion protection is on',
  needs: ['links', 'apiState'],
  *inspect({ links, apiState }, { settings, names }) {
    const all = [...tablesOf(links, names.linksTable), ...tablesOf(apiState, names.apiStateTable)]
    for (const { name, region, table } of all)
      if (!table.deletionProtected) yield unprotectedProblem(name, isProtected(settings, region))
  },
})

function tablesOf(tables: ByRegion<Table>, tableName: string) {
  return Object.entries(tables).flatMap(([region, table]) =>
    table === undefined ? [] : [{ name: `${tableName} in ${region}`, region: region as Region, table }],
  )
}

function unprotectedProblem(name: string, shouldBe: boolean): Problem {
  if (shouldBe) return fail(`${name} has no deletion protection`)
  return warn(
    `${name} has no deletion protection, as the settings say`,
    'unless this is a trial, set deletionProtection: true',
  )
}

/** Every replica denies writes to all roles but those of the functions that write links. */
export const tableWriters = check({
  name: 'table-writers',
  fine: 'only the functions that write links may write the table',
  needs: ['links'],
  *inspect({ links }, { settings: { homeRegions }, names }) {
    const [home] = homeRegions
    const isGood = (region: Region) => denies(links[region]?.policy, `:role/${names.edgeRole}`)
    for (const region of homeRegions.filter(each => links[each] !== undefined && !isGood(each)))
      yield fail(
        `the replica in ${region} does not refuse other writers: its resource policy is not the deployment's`,
        region === home || !isGood(home) ? revertDrift : copyPolicy(links[home]?.policy ?? '', [home, region]),
      )
  },
})

/** Returns the command that gives a replica the policy of the first: CloudFormation doesn't see when it is gone. */
function copyPolicy(policy: string, [from, to]: readonly [Region, Region]): string {
  const own = policy.replaceAll(`:dynamodb:${from}:`, `:dynamodb:${to}:`)
  const [arn = ''] = /arn:aws[a-z-]*:dynamodb:[^"]+:table\/[^"/]+/.exec(own) ?? []
  return `aws dynamodb put-resource-policy --region ${to} --resource-arn ${arn} --policy '${own}'`
}

/** Whether a policy has a `Deny` statement that exempts a list of roles with this one in it. */
function denies(policy: string | undefined, role: string): boolean {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: readonly { readonly Effect: string }[] }
  return Statement.some(statement => {
    const text = JSON.stringify(statement)
    return statement.Effect === 'Deny' && text.includes('ArnNotEquals') && text.includes(`${role}"`)
  })
}

/**
 * What it means that a replica gets no copies, and what helps, by DynamoDB's status (DynamoDB, "ReplicaDescription", "Global tables
 * security").
 */
const stuck: Readonly<Record<string, readonly [meaning: string, todo: string]>> = {
  REPLICATION_NOT_AUTHORIZED: [
    'a policy refuses DynamoDB its copies; after 20 hours it is split off for good, in mode strong after 7 days inaccessible',
    "find the policy that denies AWSServiceRoleForDynamoDBReplication: the table's own (see table-writers), a service control policy, or that of the table's KMS key",
  ],
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: [
    'DynamoDB may not use its KMS key; after 20 hours it is split off',
    "enable the key, and allow the table's use of it",
  ],
  REGION_DISABLED: [
    'the account has disabled its Region; after 20 hours it is split off',
    'enable the Region in the account',
  ],
}

/** Every replica of the links table gets the writes of the others: DynamoDB splits one off that it may not write to for long. */
export const tableReplication = check({
  name: 'table-replication',
  fine: 'every replica of the links table is ACTIVE',
  needs: ['links'],
  inspect({ links }) {
    const seen = Object.values(links).flatMap(table => Object.entries(table?.replicaStatus ?? {}))
    const bad = new Map(seen.filter(([, status]) => status !== 'ACTIVE'))
    return [...bad].map(([region, status]) => {
      const [meaning, todo] = stuck[status] ?? [
        'it may lack links of other Regions',
        'wait until DynamoDB is done, then check again',
      ]
      return fail(`the replica in ${region} is ${status || 'of unknown status'}: ${meaning}`, todo)
    })
  },
})
