import { check, fail } from '../check.ts'

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
