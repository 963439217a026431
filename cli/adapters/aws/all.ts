import type { Aws } from '../../ports/ports.ts'
import type { Topics, Events } from '../../ports/aws-resources.ts'
import { apiGateway } from './api-gateway.ts'
import { cloudFormation } from './cloudformation.ts'
import { cloudFront } from './cloudfront.ts'
import { cloudWatch, cloudWatchLogs } from './cloudwatch.ts'
import { deployLocks } from './deploy-locks.ts'
import { dynamoDb } from './dynamodb.ts'
import { callerAccount, iam } from './iam.ts'
import { kms } from './kms.ts'
import { lambda } from './lambda.ts'
import { networks } from './networks.ts'
import { prerequisites } from './prerequisites.ts'
import { proofs } from './proofs.ts'
import { restores } from './restores.ts'
import { s3 } from './s3.ts'
import { secretsManager } from './secrets-manager.ts'
import { signers } from './signers.ts'
import { wafv2 } from './wafv2.ts'
import { DeleteTopicCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import { clientPerRegion, undefinedIfMissing } from './client.ts'
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'

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
    signers: signers(),
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
