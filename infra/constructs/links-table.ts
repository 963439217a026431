import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as logs from 'aws-cdk-lib/aws-logs'
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { referenceIndex, ttlAttribute } from '../../shared/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import { type Names, roleArn, tableArn } from '../names.ts'
import type { Settings } from '../settings.ts'

/** What the table is made from. */
export interface LinksTableProps {
  readonly settings: Settings
  readonly names: Names
  /** The key of the Region with the first replica, and the ARNs of the others'. */
  readonly key: kms.IKey
  readonly replicaKeyArns: Readonly<Partial<Record<Region, string>>>
  /** The names of all roles that may write links. */
  readonly writers: readonly string[]
}

/** Every way to write an item, PartiQL's too. */
const writes = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
]

/** Whole items, so that a list is one query. It costs a second write, for links that have a reference alone. */
const byReference = {
  indexName: referenceIndex.name,
  partitionKey: { name: referenceIndex.partitionKey, type: dynamodb.AttributeType.STRING },
  sortKey: { name: referenceIndex.sortKey, type: dynamodb.AttributeType.NUMBER },
} satisfies dynamodb.GlobalSecondaryIndexPropsV2

/** DynamoDB's own role that carries writes between replicas (DynamoDB, "global tables and IAM"). */
const replication = 'aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication'

/**
 * The global table of links. In mode `home` it is eventually consistent and has TTL; in mode `strong` it is strongly
 * consistent in three Regions, one of them perhaps a witness, and AWS offers no TTL. Every replica refuses to be written by
 * anybody but the functions that issue, revoke, redeem and sweep.
 */
export class LinksTable extends Construct {
  readonly table: dynamodb.TableV2
  readonly #props: LinksTableProps
  readonly #callLog: logs.LogGroup

  constructor(scope: Construct, id: string, props: LinksTableProps) {
    super(scope, id)
    this.#props = props
    this.#callLog = new logs.LogGroup(this, 'CallLog', {
      retention: props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const { settings, names, key, replicaKeyArns } = props
    const [first, ...others] = settings.homeRegions
    const each = {
      deletionProtection: settings.deletionProtection,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    }
    this.table = new dynamodb.TableV2(this, 'Table', {
      tableName: names.linksTable,
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      globalSecondaryIndexes: [byReference],
      billing: dynamodb.Billing.onDemand(),
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      encryption: dynamodb.TableEncryptionV2.customerManagedKey(key, { ...replicaKeyArns }),
      removalPolicy: RemovalPolicy.DESTROY, // what may not be lost is kept by deletion protection
      resourcePolicy: this.#onlyWriters(first),
      replicas: others.map(region => ({ region, ...each })),
      ...each,
      ...consistencyOf(settings),
    })
    for (const region of others) this.#protectReplica(region)
    this.#acknowledgeCaller()
  }

  /** The ARN of the stream of the replica in `region`. */
  streamArn(region: Region): string {
    if (region === this.#props.settings.homeRegions[0]) return this.table.tableStreamArn ?? ''
    const described = this.#call('Stream', region, {
      action: 'DescribeTable',
      parameters: { TableName: this.#props.names.linksTable },
      outputPaths: ['Table.LatestStreamArn'],
    })
    return described.getResponseField('Table.LatestStreamArn')
  }

  /** CloudFormation can't make a replica and give it a policy in one go (DynamoDB, "resource-based policies"). */
  #protectReplica(region: Region): void {
    const Policy = Stack.of(this).toJsonString(this.#onlyWriters(region).toJSON())
    const ResourceArn = tableArn(this.#props.names.linksTable, region)
    this.#call('Policy', region, { action: 'PutResourcePolicy', parameters: { ResourceArn, Policy } })
  }

  /** One call to the replica in `region`, made when the stack is deployed and again when what it says has changed. */
  #call(
    what: string,
    region: Region,
    call: { readonly action: string; readonly parameters: object; readonly outputPaths?: string[] },
  ): AwsCustomResource {
    const resources = [tableArn(this.#props.names.linksTable, region)]
    const actions = [`dynamodb:${call.action}`]
    const made = new AwsCustomResource(this, `${what}-${region}`, {
      onUpdate: {
        service: 'DynamoDB',
        region,
        physicalResourceId: PhysicalResourceId.of(`${what}-${region}`),
        ...call,
      },
      policy: AwsCustomResourcePolicy.fromStatements([new iam.PolicyStatement({ actions, resources })]),
      installLatestAwsSdk: false,
      logGroup: this.#callLog,
    })
    made.node.addDependency(this.table)
    return made
  }

  /** All such calls of a stack are made by one function of the CDK's. */
  #acknowledgeCaller(): void {
    const caller = Stack.of(this).node.children.find(({ node }) =>
      node.id.startsWith('AWS679f53fac002430cb0da5b7982bd2287'),
    )
    if (caller === undefined) return
    const managed = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    acknowledge(caller, { [`IAM4[Policy::${managed}]`]: "The CDK's own function may write its log." })
  }

  #onlyWriters(region: Region): iam.PolicyDocument {
    const { names, writers } = this.#props
    const statement = new iam.PolicyStatement({
      sid: 'OnlyTheFunctionsOfLinksWrite',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: writes.map(action => `dynamodb:${action}`),
      resources: [tableArn(names.linksTable, region)],
      conditions: {
        ArnNotEquals: { 'aws:PrincipalArn': [...writers, replication].map(roleArn) },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    })
    return new iam.PolicyDocument({ statements: [statement] })
  }
}

function consistencyOf({ mode, witnessRegion }: Settings): Partial<dynamodb.TablePropsV2> {
  if (mode === 'home') return { timeToLiveAttribute: ttlAttribute }
  const { STRONG } = dynamodb.MultiRegionConsistency
  return { multiRegionConsistency: STRONG, ...(witnessRegion === undefined ? {} : { witnessRegion }) }
}
