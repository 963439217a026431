import { CloudWatchClient, paginateDescribeAlarms, paginateListDashboards } from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeDeliveries,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServicesCommand,
  EC2Client,
  type Subnet,
} from '@aws-sdk/client-ec2'
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import { DeleteTopicCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import type { EpochMs } from '../../../shared/time.ts'
import type { Kms } from '../../ports/aws-data.ts'
import type { Networks } from '../../ports/aws-deploy.ts'
import type { Events, Logs, Topics, Watch } from '../../ports/aws-resources.ts'
import type { Aws } from '../../ports/ports.ts'
import { callerAccount } from './account.ts'
import { apiGateway } from './api-gateway.ts'
import { allOf, clientPerRegion, globalRegion, undefinedIfMissing } from './client.ts'
import { cloudFormation } from './cloudformation.ts'
import { cloudFront, wafv2 } from './cloudfront.ts'
import { deployLocks } from './deploy-locks.ts'
import { dynamoDb } from './dynamodb.ts'
import { iam } from './iam.ts'
import { lambda } from './lambda.ts'
import { prerequisites } from './prerequisites.ts'
import { proofs } from './proofs.ts'
import { restores } from './restores.ts'
import { s3 } from './s3.ts'
import { secretsManager } from './secrets-manager.ts'

/** Creates the adapters of all AWS services. They use the credentials that the SDK finds, and `AWS_ENDPOINT_URL` if it is set. */
export function allOfAws(): Aws {
  return {
    account: callerAccount(),
    stacks: cloudFormation(),
    prerequisites: prerequisites(),
    deployLocks: deployLocks(),
    networks: networks(),
    tables: dynamoDb(),
    buckets: s3(),
    secrets: secretsManager(),
    functions: lambda(),
    logs: cloudWatchLogs(),
    cloudfront: cloudFront(),
    restApis: apiGateway(),
    webAcls: wafv2(),
    watch: cloudWatch(),
    events: eventBridge(),
    topics: sns(),
    roles: iam(),
    kms: kms(),
    restores: restores(),
    proofs: proofs(),
  }
}

/** Creates the adapter of SNS. */
function sns(): Topics {
  const clientIn = clientPerRegion(config => new SNSClient(config))
  return {
    async exists(TopicArn, region) {
      const response = clientIn(region).send(new GetTopicAttributesCommand({ TopicArn }))
      return (await undefinedIfMissing(response, 'NotFoundException')) !== undefined
    },
    async remove(TopicArn, region) {
      await clientIn(region).send(new DeleteTopicCommand({ TopicArn }))
    },
  }
}

/** Creates the adapter of EventBridge. */
function eventBridge(): Events {
  const clientIn = clientPerRegion(config => new EventBridgeClient(config))
  return {
    async hasBus(Name, region) {
      const response = clientIn(region).send(new DescribeEventBusCommand({ Name }))
      return (await undefinedIfMissing(response, 'ResourceNotFoundException')) !== undefined
    },
  }
}

/** The shortest waiting period that KMS allows, in days. */
const waitingDays = 7

/** Creates the adapter of KMS. */
function kms(): Kms {
  const clientIn = clientPerRegion(config => new KMSClient(config))
  return {
    async describe(KeyId, region) {
      const request = clientIn(region).send(new DescribeKeyCommand({ KeyId }))
      const found = await undefinedIfMissing(request, 'NotFoundException')
      if (found === undefined) return undefined
      const { KeyState = '', KeyManager } = found.KeyMetadata ?? {}
      return { state: KeyState, isCustomers: KeyManager === 'CUSTOMER' }
    },
    async policy(KeyId, region) {
      const request = clientIn(region).send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))
      return (await undefinedIfMissing(request, 'NotFoundException'))?.Policy
    },
    async scheduleDeletion(KeyId, region) {
      const request = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: waitingDays })
      await undefinedIfMissing(clientIn(region).send(request), 'NotFoundException', 'KMSInvalidStateException')
    },
  }
}

/** Creates the adapter of EC2's networks. */
function networks(): Networks {
  const clientIn = clientPerRegion(config => new EC2Client(config))
  return {
    async zonesOf(subnets, region) {
      const { Subnets = [] } = await clientIn(region).send(new DescribeSubnetsCommand({ SubnetIds: [...subnets] }))
      return Subnets.toSorted((a, b) => firstAddress(a) - firstAddress(b)).map(each => each.AvailabilityZone ?? '')
    },
    async zonesWith(services, region) {
      const client = clientIn(region)
      const Filters = [
        { Name: 'state', Values: ['available'] },
        { Name: 'zone-type', Values: ['availability-zone'] },
      ]
      const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand({ Filters }))
      const ServiceNames = services.map(name => `com.amazonaws.${region}.${name}`)
      const { ServiceDetails = [] } = await client.send(new DescribeVpcEndpointServicesCommand({ ServiceNames }))
      const served = ServiceNames.map(name => ServiceDetails.filter(each => each.ServiceName === name))
      const isServed = (zone: string) =>
        served.every(details => details.some(each => each.AvailabilityZones?.includes(zone) === true))
      return AvailabilityZones.map(({ ZoneName = '' }) => ZoneName)
        .filter(isServed)
        .toSorted()
    },
  }
}

/** Returns the first address of a subnet as a number. */
function firstAddress({ CidrBlock = '' }: Subnet): number {
  return (CidrBlock.split('/')[0] ?? '').split('.').reduce((all, part) => all * 256 + Number(part), 0)
}

/** Creates the adapter of CloudWatch: alarms per Region, dashboards for all Regions. */
function cloudWatch(): Watch {
  const clientIn = clientPerRegion(config => new CloudWatchClient(config))
  return {
    async alarms(names, region) {
      if (names.length === 0) return [] // an empty list of names means all alarms
      const pages = paginateDescribeAlarms({ client: clientIn(region) }, { AlarmNames: [...names] })
      const found = await allOf(pages, page => page.MetricAlarms)
      return found.map(({ AlarmName = '', StateValue, AlarmActions = [] }) => ({
        name: AlarmName,
        inAlarm: StateValue === 'ALARM',
        hasReceiver: AlarmActions.length > 0,
      }))
    },
    async hasDashboard(name) {
      const pages = paginateListDashboards({ client: clientIn(globalRegion) }, { DashboardNamePrefix: name })
      const found = await allOf(pages, page => page.DashboardEntries)
      return found.some(({ DashboardName }) => DashboardName === name)
    },
  }
}

/** Creates the adapter of CloudWatch Logs. */
function cloudWatchLogs(): Logs {
  const clientIn = clientPerRegion(config => new CloudWatchLogsClient(config))
  return {
    async groups(logGroupNamePrefix, region) {
      const pages = paginateDescribeLogGroups({ client: clientIn(region) }, { logGroupNamePrefix })
      const found = await allOf(pages, page => page.logGroups)
      return found.map(({ logGroupName = '', retentionInDays, creationTime }) => ({
        name: logGroupName,
        retentionDays: retentionInDays,
        createdAt: creationTime as EpochMs | undefined,
      }))
    },
    async removeGroup(logGroupName, region) {
      const removal = clientIn(region).send(new DeleteLogGroupCommand({ logGroupName }))
      await undefinedIfMissing(removal, 'ResourceNotFoundException')
    },
    async deliveries(region) {
      const pages = paginateDescribeDeliveries({ client: clientIn(region) }, {})
      const found = await allOf(pages, page => page.deliveries)
      return found.map(({ deliverySourceName = '', recordFields }) => ({
        source: deliverySourceName,
        fields: recordFields,
      }))
    },
  }
}
