import { Stack } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import { type AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { callerIndex, referenceIndex, ttlAttribute } from '../../shared/table/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { roleArn, tableArn } from '../placement/names.ts'
import type { Settings } from '../settings/settings.ts'
import { createCall } from './call-log.ts'
import { protectByCall, removalOf, templateProtection } from './table-protection.ts'

/** Props of `LinksTable`. */
export interface LinksTableProps extends Pick<DeploymentProps, 'settings' | 'names'> {
  /** The customer managed keys of the replicas. @default keys that AWS owns */
  readonly keys?: TableKeys | undefined
  /** The names of all roles that may write to the table. */
  readonly writers: readonly string[]
}

/** The customer managed keys of a table: that of the first replica, and the ARNs of the others by Region. */
export interface TableKeys {
  readonly key: kms.IKey
  readonly replicaKeyArns: Readonly<Partial<Record<Region, string>>>
}

/** All actions that write items, including PartiQL's. */
const writeActions = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
]

/** Returns an index that holds whole items, so that a list is one query. Links that are in it cost a second write. */
const propsOf = ({ name, partitionKey, sortKey }: typeof referenceIndex | typeof callerIndex) =>
  ({
    indexName: name,
    partitionKey: { name: partitionKey, type: dynamodb.AttributeType.STRING },
    sortKey: { name: sortKey, type: dynamodb.AttributeType.NUMBER },
  }) satisfies dynamodb.GlobalSecondaryIndexPropsV2

/** DynamoDB's own role, which replicates writes (DynamoDB, "global tables and IAM"). */
const replicationRole = 'aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication'

/**
 * The global table of links. In mode `home` it is eventually consistent and has TTL; in mode `strong` it is strongly
 * consistent in three Regions, of which one may be a witness, and AWS offers no TTL. Every replica denies writes to all roles
 * but those of the functions that issue, revoke, redeem and sweep.
 */
export class LinksTable extends Construct {
  readonly table: dynamodb.TableV2
  readonly #props: LinksTableProps

  constructor(scope: Construct, id: string, props: LinksTableProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, keys } = props
    const [first, ...others] = settings.homeRegions
    const replicaProps = {
      ...templateProtection(this, settings),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    }
    this.table = new dynamodb.TableV2(this, 'Table', {
      tableName: names.linksTable,
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      globalSecondaryIndexes: [propsOf(referenceIndex)],
      billing: dynamodb.Billing.onDemand(),
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      encryption: encryptionWith(keys),
      removalPolicy: removalOf(this, settings),
      resourcePolicy: this.#writePolicy(first),
      replicas: others.map(region => ({ region, ...replicaProps })),
      ...replicaProps,
      ...consistencyOf(settings),
    })
    for (const region of others) this.#protectReplica(region)
    protectByCall(this, { settings, tableName: names.linksTable, regions: settings.homeRegions })
  }

  /** Adds the index by caller to all replicas; once. */
  addCallerIndex(): void {
    this.table.addGlobalSecondaryIndex(propsOf(callerIndex))
  }

  /** Returns the ARN of the stream of the replica in `region`. */
  streamArn(region: Region): string {
    if (region === this.#props.settings.homeRegions[0]) return this.table.tableStreamArn ?? ''
    const description = this.#call('Stream', region, {
      action: 'DescribeTable',
      parameters: { TableName: this.#props.names.linksTable },
      returns: ['Table.LatestStreamArn'],
    })
    return description.getResponseField('Table.LatestStreamArn')
  }

  /**
   * Sets the policy of a replica after its creation: CloudFormation can't do both at once (DynamoDB, "resource-based
   * policies").
   */
  #protectReplica(region: Region): void {
    const Policy = Stack.of(this).toJsonString(this.#writePolicy(region).toJSON())
    const ResourceArn = tableArn(this.#props.names.linksTable, region)
    this.#call('Policy', region, { action: 'PutResourcePolicy', parameters: { ResourceArn, Policy } })
  }

  /** Adds a call to the replica in `region`. CloudFormation makes it at the first deployment and when its parameters change. */
  #call(
    name: string,
    region: Region,
    { returns = [], ...call }: { readonly action: string; readonly parameters: object; readonly returns?: string[] },
  ): AwsCustomResource {
    const { settings, names } = this.#props
    const resource = createCall(this, `${name}-${region}`, {
      settings,
      onUpdate: {
        service: 'DynamoDB',
        region,
        physicalResourceId: PhysicalResourceId.of(`${name}-${region}`),
        ...call,
      },
      returns,
      actions: [`dynamodb:${call.action}`],
      resources: [tableArn(names.linksTable, region)],
    })
    resource.node.addDependency(this.table)
    return resource
  }

  #writePolicy(region: Region): iam.PolicyDocument {
    const { names, writers } = this.#props
    const statement = new iam.PolicyStatement({
      sid: 'OnlyTheFunctionsOfLinksWrite',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: writeActions.map(action => `dynamodb:${action}`),
      resources: [tableArn(names.linksTable, region)],
      conditions: {
        ArnNotEquals: { 'aws:PrincipalArn': [...writers, replicationRole].map(roleArn) },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    })
    return new iam.PolicyDocument({ statements: [statement] })
  }
}

/** Returns how a table is encrypted. */
export function encryptionWith(keys: TableKeys | undefined): dynamodb.TableEncryptionV2 {
  if (keys === undefined) return dynamodb.TableEncryptionV2.dynamoOwnedKey()
  return dynamodb.TableEncryptionV2.customerManagedKey(keys.key, { ...keys.replicaKeyArns })
}

function consistencyOf({ mode, witnessRegion }: Settings): Partial<dynamodb.TablePropsV2> {
  if (mode === 'home') return { timeToLiveAttribute: ttlAttribute }
  const { STRONG } = dynamodb.MultiRegionConsistency
  return { multiRegionConsistency: STRONG, ...(witnessRegion === undefined ? {} : { witnessRegion }) }
}
