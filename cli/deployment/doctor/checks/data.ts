import type { Region } from '../../../../shared/regions.ts'
import type { Table } from '../../../ports/aws-data.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'
import type { ByRegion } from '../facts.ts'

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

/** No table can be deleted by mistake. The end of each `once deploy` protects tables; in an app of yours, a call has done so once. */
export const tableProtection = check({
  name: 'table-protection',
  fine: 'deletion protection is on',
  needs: ['links', 'apiState'],
  *inspect({ links, apiState }, { settings, names, used }) {
    const all = [...tablesOf(links, names.linksTable), ...tablesOf(apiState, names.apiStateTable)]
    for (const { name, region } of all.filter(({ table }) => !table.deletionProtected)) {
      const found = `${name} in ${region} has no deletion protection`
      const call = `aws dynamodb update-table --deletion-protection-enabled --region ${region} --table-name ${name}`
      if (settings.deletionProtection) yield fail(found, used === undefined ? deployAgain : call)
      else yield warn(`${found}, as the settings say`, 'unless this is a trial, set deletionProtection: true')
    }
  },
})

function tablesOf(tables: ByRegion<Table>, tableName: string) {
  return Object.entries(tables).flatMap(([region, table]) =>
    table === undefined ? [] : [{ name: tableName, region, table }],
  )
}

/** Every replica denies writes to all roles but those of the functions that write links. */
export const tableWriters = check({
  name: 'table-writers',
  fine: 'only the functions that write links may write the table',
  needs: ['links'],
  *inspect({ links }, { settings: { homeRegions }, names }) {
    const isGood = (region: Region) => denies(links[region]?.policy, `:role/${names.edgeRole}`)
    const good = homeRegions.find(isGood)
    const [home] = homeRegions
    const template = `--region ${home} --stack-name ${names.regionStack(home)}`
    for (const region of homeRegions.filter(each => links[each] !== undefined && !isGood(each)))
      yield fail(
        `the replica in ${region} does not refuse other writers: its resource policy is not the deployment's`,
        good === undefined
          ? `aws dynamodb put-resource-policy --region ${region}; the policy: aws cloudformation get-template ${template}`
          : copyPolicy(links[good]?.policy ?? '', [good, region]),
      )
  },
})

/** Returns the command that gives a replica the policy of another: CloudFormation doesn't see when it is gone. */
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

/** States that pass by themselves. */
const passing: ReadonlySet<string> = new Set(['CREATING', 'UPDATING'])

/**
 * Every home Region has a replica of the links table that gets the writes of the others, as each of them sees it: DynamoDB splits one off
 * that it may not write to for long. CloudFormation sees what the first Region lists, and no status.
 */
export const tableReplication = check({
  name: 'table-replication',
  fine: 'every home Region has a replica of the links table, and all are ACTIVE',
  needs: ['links'],
  *inspect({ links }, { settings: { mode, homeRegions }, names }) {
    const existing = homeRegions.filter(region => links[region] !== undefined)
    const bad = new Map<string, Problem>()
    for (const from of existing) {
      const { status, replicas, replicaStatus } = links[from]!
      for (const region of existing) {
        const found = (region === from ? status : replicaStatus[region]) ?? ''
        const split = region === homeRegions[0] ? from : region
        const todo = mode === 'strong' ? newStrongTable : replaceReplica(names.linksTable, [homeRegions[0], split])
        if (!replicas.includes(region)) yield fail(`according to ${from}, the table lacks ${region}`, todo)
        else if (found !== 'ACTIVE') bad.set(`${region} ${found}`, replicaProblem(region, found))
      }
    }
    // Several Regions may see the same.
    yield* bad.values()
  },
})

const newStrongTable = 'deploy under another name: a strongly consistent table gets no further replica'

/** What was split off doesn't become a replica again, and the links that live there are in it alone. */
function replaceReplica(table: string, [home, split]: readonly [Region, Region]): string {
  const remove = `aws dynamodb delete-table --region ${split} --table-name ${table}`
  const add = `aws dynamodb update-table --region ${home} --table-name ${table} --replica-updates 'Create={RegionName=${split}}'`
  return `leavingRegions: ['${split}'], then ${deployAgain}; when the last link of ${split} has expired: ${remove} && ${add}`
}

function replicaProblem(region: Region, status: string): Problem {
  const [meaning, todo] = stuck[status] ?? [
    'it may lack links of other Regions',
    'wait until DynamoDB is done, then check again',
  ]
  const found = `the replica in ${region} is ${status || 'of unknown status'}: ${meaning}`
  return passing.has(status) ? warn(found, todo) : fail(found, todo)
}
