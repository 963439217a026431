import { AspectPriority, Aspects, Aws, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import type { Construct, IConstruct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { warn } from '../errors.ts'

/**
 * Creates the role by which API Gateway writes logs, one per account and Region, in place of one that is set there. It stays after the
 * deployment, because others may use it; and it is outside of the api, so that a replaced api doesn't leave one more. An account without
 * any api refuses it, so `api` is created before (CloudFormation, "AWS::ApiGateway::Account").
 */
export function createLogAccount(scope: Construct, api: apigateway.RestApi): apigateway.CfnAccount {
  const policy = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs'
  const role = new iam.Role(scope, 'CloudWatchRole', {
    assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)],
  })
  acknowledge(role, {
    [`IAM4[Policy::arn:${Aws.PARTITION}:iam::aws:policy/${policy}]`]: 'AWS provides this policy for exactly this role.',
  })
  const account = new apigateway.CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn })
  role.applyRemovalPolicy(RemovalPolicy.RETAIN)
  account.applyRemovalPolicy(RemovalPolicy.RETAIN)
  // Its resource only: the api's stage depends on the account.
  if (api.node.defaultChild !== undefined) account.node.addDependency(api.node.defaultChild)
  Aspects.of(account).add({ visit: () => warnOfOthers(account) }, { priority: AspectPriority.READONLY })
  return account
}

/** Warns if the app sets the role twice, as each `RestApi` does without the feature flag: the last deployment wins. */
function warnOfOthers(account: apigateway.CfnAccount): void {
  const { region, account: id } = Stack.of(account)
  const isSame = (other: IConstruct) =>
    Stack.of(other).region === region && Token.compareStrings(Stack.of(other).account, id) !== TokenComparison.DIFFERENT
  const all = account.node.root.node.findAll().filter(each => apigateway.CfnAccount.isCfnAccount(each))
  const other = all.find(each => each !== account && isSame(each))
  if (other === undefined) return
  warn(
    account,
    'two-api-log-roles',
    `all APIs of an account and Region have one role for their logs, and two resources set it; got ${other.node.path} beside that of ` +
      "OnceAtEdge; allowed: apiLogRole: 'account', which uses the one of the app",
  )
}

/** What an access log is about. */
export interface AccessLogProps {
  /** The name of the api. */
  readonly name: string
  readonly logRetentionDays: number
  readonly hasTokens: boolean
}

/** Creates the log group of an api's requests, and returns the options of its stage. */
export function accessLog(
  scope: Construct,
  { name, logRetentionDays, hasTokens }: AccessLogProps,
): Pick<apigateway.StageOptions, 'accessLogDestination' | 'accessLogFormat'> {
  const group = new logs.LogGroup(scope, 'Access', {
    logGroupName: `/${name}/api-access`,
    retention: logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  return {
    accessLogDestination: new apigateway.LogGroupLogDestination(group),
    accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify(logFields(hasTokens))),
  }
}

/** The fields of a line, which holds no body, header, signature or token; of a token's subject it has a hash. */
const logFields = (hasTokens: boolean) => ({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  caller: hasTokens ? '$context.authorizer.principalId' : '$context.identity.userArn',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  ms: '$context.responseLatency',
})
