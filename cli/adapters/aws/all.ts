import type { Aws } from '../../ports/ports.ts'
import { apiGateway } from './api-gateway.ts'
import { cloudFormation } from './cloudformation.ts'
import { cloudFront } from './cloudfront.ts'
import { cloudWatch, cloudWatchLogs } from './cloudwatch.ts'
import { deployLocks } from './deploy-locks.ts'
import { dynamoDb } from './dynamodb.ts'
import { eventBridge } from './event-bridge.ts'
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
import { sns } from './sns.ts'
import { wafv2 } from './wafv2.ts'

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
