import { type Account, AwsError, type Properties, remove, type Thing, thing, thingsOf } from './account.ts'
import { scanLinks } from './prerequisites.ts'
import { isProtected } from './cloudformation/rules.ts'
import type { Call, Protocol } from './protocol.ts'
import { describeRestored, listVersions, recoveryOf, restoreOperations, versionsOf } from './restore-services.ts'
import { rotateSecret } from './rotation.ts'

/** Services with the AWS JSON protocol, whose header names the operation. */
export const json: Protocol = {
  type: 'application/x-amz-json-1.1',
  respond(call) {
    const operation = operations[`${call.service} ${call.operation}`]
    if (operation === undefined) throw new AwsError('UnknownOperationException', `${call.service} ${call.operation}`)
    return JSON.stringify(operation(call, JSON.parse(call.body) as Properties) ?? {})
  },
  errorBody: ({ code, message }) => JSON.stringify({ __type: code, message }),
}

type Operation = (call: Call, input: Properties) => object | undefined

const notFound = (id: unknown) => new AwsError('ResourceNotFoundException', `there is no ${String(id)}`)

function tableOf({ account, region }: Call, name: unknown): Thing {
  const found = thing(account, 'AWS::DynamoDB::GlobalTable', { region, id: String(name).split('/').at(-1) ?? '' })
  if (found === undefined) throw notFound(name)
  return found
}

const replicaOf = (table: Thing) => table.properties['replica'] as Properties
const keyOfTable = (table: Thing) =>
  (replicaOf(table)['SSESpecification'] as Properties | undefined)?.['KMSMasterKeyId']

const dynamodb: Readonly<Record<string, Operation>> = {
  DescribeTable(call, { TableName }) {
    const table = tableOf(call, TableName)
    const { properties } = table
    describeRestored(table)
    const key = keyOfTable(table)
    const others = thingsOf(call.account, table.type).filter(
      each => each.id === table.id && each.region !== call.region,
    )
    return {
      Table: {
        TableName,
        TableStatus: properties['status'] ?? 'ACTIVE',
        ItemCount: 0,
        TableArn: `arn:aws:dynamodb:${call.region}:${call.account.id}:table/${String(TableName)}`,
        DeletionProtectionEnabled: replicaOf(table)['DeletionProtectionEnabled'] ?? false,
        ...(key !== undefined && { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: key } }),
        MultiRegionConsistency: properties['MultiRegionConsistency'] ?? 'EVENTUAL',
        GlobalSecondaryIndexes: ((properties['GlobalSecondaryIndexes'] ?? []) as Properties[]).map(({ IndexName }) => ({
          IndexName,
          IndexStatus: 'ACTIVE',
        })),
        Replicas: others.map(({ region }) => ({ RegionName: region, ReplicaStatus: 'ACTIVE' })),
        GlobalTableWitnesses: ((properties['GlobalTableWitnesses'] ?? []) as Properties[]).map(({ Region }) => ({
          RegionName: Region,
        })),
      },
    }
  },
  Scan(call, input) {
    return scanLinks(tableOf(call, input['TableName']).properties, input)
  },
  DescribeTimeToLive(call, { TableName }) {
    const ttl = tableOf(call, TableName).properties['TimeToLiveSpecification'] as Properties | undefined
    const TimeToLiveStatus = ttl?.['Enabled'] === true ? 'ENABLED' : 'DISABLED'
    return { TimeToLiveDescription: { TimeToLiveStatus, AttributeName: ttl?.['AttributeName'] } }
  },
  DescribeContinuousBackups(call, { TableName }) {
    const range = recoveryOf(call.account, tableOf(call, TableName))
    const PointInTimeRecoveryDescription = {
      PointInTimeRecoveryStatus: range === undefined ? 'DISABLED' : 'ENABLED',
      ...range,
    }
    return { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription } }
  },
  GetResourcePolicy(call, { ResourceArn }) {
    const table = tableOf(call, ResourceArn)
    const inTemplate = (replicaOf(table)['ResourcePolicy'] as Properties | undefined)?.['PolicyDocument']
    const Policy = table.properties['policy'] ?? (inTemplate && JSON.stringify(inTemplate))
    if (Policy === undefined) throw new AwsError('PolicyNotFoundException', 'no policy')
    return { Policy, RevisionId: '1' }
  },
  ...restoreOperations,
  ListTables: ({ account, region }) => ({
    TableNames: thingsOf(account, 'AWS::DynamoDB::GlobalTable', region).map(({ id }) => id),
  }),
  DeleteTable(call, { TableName }) {
    const table = tableOf(call, TableName)
    if (isProtected(table)) throw new AwsError('ValidationException', 'the table has deletion protection')
    remove(call.account, [table])
    return { TableDescription: { TableName } }
  },
  UpdateTable(call, { TableName, DeletionProtectionEnabled }) {
    replicaOf(tableOf(call, TableName))['DeletionProtectionEnabled'] = DeletionProtectionEnabled
    return { TableDescription: { TableName } }
  },
}

function secretOf({ account, region }: Call, id: unknown): Thing {
  const name = /:secret:(.+)-\w{6}$/.exec(String(id))?.[1] ?? String(id)
  const found = thing(account, 'AWS::SecretsManager::Secret', { region, id: name })
  if (found === undefined) throw notFound(id)
  return found
}

const secretsmanager: Readonly<Record<string, Operation>> = {
  DescribeSecret(call, { SecretId }) {
    const secret = secretOf(call, SecretId)
    const { id, properties } = secret
    const rotation = properties['rotation'] as Properties | undefined
    const isPrimary = properties['primary'] === call.region
    return {
      Name: id,
      PrimaryRegion: properties['primary'],
      CreatedDate: properties['createdAt'],
      DeletedDate: properties['deletedAt'],
      LastRotatedDate: properties['rotatedAt'],
      KmsKeyId: properties['kmsKey'],
      ...versionsOf(secret),
      ...(isPrimary && rotation && { RotationEnabled: true, RotationRules: rotation['RotationRules'] }),
      ...(isPrimary && {
        ReplicationStatus: (properties['copies'] as string[]).map(Region => ({
          Region,
          Status: (properties['statuses'] as Record<string, string> | undefined)?.[Region] ?? 'InSync',
        })),
      }),
    }
  },
  ListSecretVersionIds: (call, { SecretId }) => listVersions(secretOf(call, SecretId)),
  GetSecretValue(call, { SecretId }) {
    const { id, properties } = secretOf(call, SecretId)
    return { Name: id, SecretString: properties['value'], VersionStages: ['AWSCURRENT'] }
  },
  RotateSecret: rotateSecret,
  RemoveRegionsFromReplication(call, { SecretId, RemoveReplicaRegions }) {
    const { id, properties } = secretOf(call, SecretId)
    const removed = RemoveReplicaRegions as string[]
    properties['copies'] = (properties['copies'] as string[]).filter(region => !removed.includes(region))
    const copies = thingsOf(call.account, 'AWS::SecretsManager::Secret').filter(each => each.id === id)
    remove(
      call.account,
      copies.filter(({ region }) => removed.includes(region)),
    )
    return {}
  },
  StopReplicationToReplica(call, { SecretId }) {
    secretOf(call, SecretId).properties['primary'] = call.region
    return {}
  },
  DeleteSecret(call, { SecretId, ForceDeleteWithoutRecovery }) {
    const secret = secretOf(call, SecretId)
    const { primary, copies } = secret.properties
    if (primary !== call.region || (copies as string[]).length > 0) {
      throw new AwsError('InvalidRequestException', "You can't delete a secret that is replicated")
    }
    if (ForceDeleteWithoutRecovery !== true)
      throw new AwsError('InvalidRequestException', 'the test expects ForceDeleteWithoutRecovery')
    remove(call.account, [secret])
    return {}
  },
}

const logs: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: ({ account, region }, { logGroupNamePrefix }) => ({
    logGroups: thingsOf(account, 'AWS::Logs::LogGroup', region)
      .filter(({ id }) => id.startsWith(String(logGroupNamePrefix)))
      .map(({ id, properties }) => ({
        logGroupName: id,
        retentionInDays: properties['RetentionInDays'],
        creationTime: properties['createdAt'],
      })),
  }),
  DeleteLogGroup({ account, region }, { logGroupName }) {
    const found = thing(account, 'AWS::Logs::LogGroup', { region, id: String(logGroupName) })
    if (found === undefined) throw notFound(logGroupName)
    remove(account, [found])
    return {}
  },
  DescribeDeliveries: ({ account, region }) => ({
    deliveries: thingsOf(account, 'AWS::Logs::Delivery', region).map(({ id, properties }) => ({
      id,
      deliverySourceName: properties['DeliverySourceName'],
      recordFields: properties['RecordFields'],
    })),
  }),
}

const kms: Readonly<Record<string, Operation>> = {
  DescribeKey: (call, { KeyId }) => ({
    KeyMetadata: { KeyId, KeyState: keyOf(call, KeyId).properties['state'] ?? 'Enabled', KeyManager: 'CUSTOMER' },
  }),
  ScheduleKeyDeletion(call, { KeyId, PendingWindowInDays }) {
    if (PendingWindowInDays !== 7) throw new AwsError('ValidationException', 'the test expects 7 days')
    keyOf(call, KeyId).properties['state'] = 'PendingDeletion'
    return { KeyId }
  },
}

function keyOf({ account, region }: Call, id: unknown): Thing {
  const types = ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey']
  const found = types.flatMap(type => thing(account, type, { region, id: String(id).split('/').at(-1) ?? '' }) ?? [])[0]
  if (found === undefined) throw new AwsError('NotFoundException', `there is no key ${String(id)}`)
  return found
}

const wafv2: Readonly<Record<string, Operation>> = {
  ListWebACLs: ({ account, region }, { Scope, NextMarker }) => ({
    NextMarker: 'last page',
    WebACLs: (NextMarker === 'last page' ? [] : aclsOf(account, region, Scope)).map(({ id, properties }) => ({
      Name: properties['Name'],
      Id: id,
      ARN: arnOf(account, id, region),
    })),
  }),
  GetWebACL({ account, region }, { Scope, Id, Name }) {
    const found = aclsOf(account, region, Scope).find(({ id }) => id === Id)
    if (found === undefined) throw new AwsError('WAFNonexistentItemException', `there is no ${String(Name)}`)
    const { VisibilityConfig, Rules } = asBlobs(found.properties)
    return { WebACL: { Name, Id, ARN: arnOf(account, found.id, region), VisibilityConfig, Rules } }
  },
  GetLoggingConfiguration({ account }, { ResourceArn }) {
    const found = thingsOf(account, 'AWS::WAFv2::WebACL').find(({ id }) => String(ResourceArn).endsWith(`/${id}`))
    if (found?.properties['logs'] !== true) throw new AwsError('WAFNonexistentItemException', 'no logging')
    return { LoggingConfiguration: { ResourceArn, LogDestinationConfigs: ['arn:aws:logs:::log-group:x'] } }
  },
}

/** Encodes search strings in base64, as WAF's API does and templates don't. */
function asBlobs(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties), (name, value: unknown) =>
    name === 'SearchString' ? Buffer.from(String(value)).toString('base64') : value,
  ) as Properties
}

function aclsOf(account: Account, region: string, scope: unknown): readonly Thing[] {
  return thingsOf(account, 'AWS::WAFv2::WebACL', region).filter(({ properties }) => properties['Scope'] === scope)
}

const arnOf = (account: Account, id: string, region: string) =>
  `arn:aws:wafv2:${region}:${account.id}:global/webacl/${id}/${id}`

const monitoring: Readonly<Record<string, Operation>> = {
  DescribeAlarms: ({ account, region }, { AlarmNames }) => ({
    MetricAlarms: thingsOf(account, 'AWS::CloudWatch::Alarm', region)
      .filter(({ id }) => (AlarmNames as string[]).includes(id))
      .map(({ id, properties }) => ({
        AlarmName: id,
        StateValue: properties['state'] ?? 'OK',
        AlarmActions: properties['AlarmActions'],
      })),
  }),
  ListDashboards: ({ account }, { DashboardNamePrefix }) => ({
    DashboardEntries: thingsOf(account, 'AWS::CloudWatch::Dashboard')
      .filter(({ id }) => id.startsWith(String(DashboardNamePrefix)))
      .map(({ id }) => ({ DashboardName: id })),
  }),
}

const events: Readonly<Record<string, Operation>> = {
  DescribeEventBus({ account, region }, { Name }) {
    if (thing(account, 'AWS::Events::EventBus', { region, id: String(Name) }) === undefined) throw notFound(Name)
    return { Name }
  },
  ListRuleNamesByTarget: ({ account, region }, { TargetArn }) => ({
    RuleNames: thingsOf(account, 'AWS::Events::Rule', region)
      .filter(({ properties }) => (properties['Targets'] as Properties[]).some(({ Arn }) => Arn === TargetArn))
      .map(({ id }) => id),
  }),
  DescribeRule({ account, region }, { Name }) {
    const rule = thing(account, 'AWS::Events::Rule', { region, id: String(Name) })
    if (rule === undefined) throw notFound(Name)
    return { Name, State: rule.properties['State'], ScheduleExpression: rule.properties['ScheduleExpression'] }
  },
}

const ssm: Readonly<Record<string, Operation>> = {
  GetParameter({ account, region }, { Name }) {
    const found = thing(account, 'AWS::SSM::Parameter', { region, id: String(Name) })
    if (found === undefined) throw new AwsError('ParameterNotFound', `there is no ${String(Name)}`)
    return { Parameter: { Name, Type: 'String', Value: found.properties['Value'], Version: 1 } }
  },
}

const acm: Readonly<Record<string, Operation>> = {
  DescribeCertificate({ account, region }, { CertificateArn }) {
    const found = thing(account, 'AWS::CertificateManager::Certificate', { region, id: String(CertificateArn) })
    if (found === undefined) throw notFound(CertificateArn)
    const { DomainName, status = 'ISSUED', hosts = [DomainName] } = found.properties
    return { Certificate: { Status: status, DomainName, SubjectAlternativeNames: hosts } }
  },
}

const services = { ssm, acm, dynamodb, secretsmanager, logs, kms, wafv2, monitoring, events }
const operations: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(services).flatMap(([service, all]) =>
    Object.entries(all).map(([name, operation]) => [`${service} ${name}`, operation]),
  ),
)
