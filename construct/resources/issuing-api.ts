import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'
import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { listQuery } from '../../shared/schemas/link-view.ts'
import { acknowledge } from '../acknowledge.ts'
import { apiStage } from '../physical-names.ts'

/** Props of `IssuingApi`. */
export interface IssuingApiProps {
  readonly name: string
  /** The function of `/links`. */
  readonly links: lambda.IFunction
  /** The function of `/exchange`. */
  readonly exchange: lambda.IFunction
  readonly requestsPerSecond: number
  readonly logRetentionDays: number
  /** Whether every request is logged, with its caller. Errors of API Gateway are logged always. */
  readonly logsRequests: boolean
  /** The VPC endpoint through which all callers must come. @default none: a regional api on the internet */
  readonly endpoint?: ec2.IInterfaceVpcEndpoint | undefined
}

/** The format of the access log, which holds no body, header or signature. */
const logFormat = apigateway.AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    caller: '$context.identity.userArn',
    method: '$context.httpMethod',
    resource: '$context.resourcePath',
    status: '$context.status',
    error: '$context.error.responseType',
    ms: '$context.responseLatency',
  }),
)

/**
 * The REST API of one Region. Every method requires an IAM signature, and functions get only bodies that are JSON objects.
 */
export class IssuingApi extends Construct {
  readonly api: apigateway.RestApi

  constructor(scope: Construct, id: string, props: IssuingApiProps) {
    super(scope, id)
    const { name, requestsPerSecond, logsRequests, endpoint } = props
    // Public and private apis are two resources, because CloudFormation may leave its policy on an api that becomes public.
    this.api = new apigateway.RestApi(this, endpoint === undefined ? 'Api' : 'Private', {
      restApiName: name,
      description: 'Issues, shows, lists and revokes links that work once, and exchanges them',
      endpointConfiguration:
        endpoint === undefined
          ? { types: [apigateway.EndpointType.REGIONAL] }
          : { types: [apigateway.EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
      ...(endpoint === undefined ? {} : { policy: onlyThrough(endpoint) }),
      defaultMethodOptions: { authorizationType: apigateway.AuthorizationType.IAM },
      cloudWatchRole: false, // `#createLogRole`
      deployOptions: {
        stageName: apiStage,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestsPerSecond * 2,
        metricsEnabled: false, // metrics of each method are billed; those of the api are free
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // it would log bodies, which hold nonces
        ...(logsRequests && {
          accessLogDestination: new apigateway.LogGroupLogDestination(this.#createAccessLog(props)),
          accessLogFormat: logFormat,
        }),
      },
    })
    acknowledge(this.api, {
      ...(!logsRequests && {
        APIG1: 'The log of all requests is a setting (`accessLogs`); functions log what they refuse.',
      }),
      APIG3:
        'Each request needs an IAM signature, and all are throttled. The only firewall is that of the distribution.',
      COG4: 'Issuers are programs, which sign requests with IAM credentials.',
    })
    this.api.deploymentStage.node.addDependency(this.#createLogRole())
    this.#addRoutes(props)
    this.#addLimits(props)
    this.#addProblemResponses()
  }

  /**
   * Creates the role by which API Gateway writes logs, one per account and Region. It stays after the deployment, because others
   * may use it; and it is outside of the api, so that a replaced api doesn't leave one more.
   */
  #createLogRole(): apigateway.CfnAccount {
    const policy = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs'
    const role = new iam.Role(this, 'CloudWatchRole', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)],
    })
    acknowledge(role, {
      [`IAM4[Policy::arn:${Aws.PARTITION}:iam::aws:policy/${policy}]`]:
        'AWS provides this policy for exactly this role.',
    })
    const account = new apigateway.CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn })
    role.applyRemovalPolicy(RemovalPolicy.RETAIN)
    account.applyRemovalPolicy(RemovalPolicy.RETAIN)
    return account
  }

  #createAccessLog({ name, logRetentionDays }: IssuingApiProps): logs.LogGroup {
    return new logs.LogGroup(this, 'Access', {
      logGroupName: `/${name}/api-access`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
  }

  #addRoutes({ links, exchange }: IssuingApiProps): void {
    const validator = this.api.addRequestValidator('Validator', {
      requestValidatorName: 'body-and-parameters',
      validateRequestBody: true,
      validateRequestParameters: true,
    })
    const type = 'application/json'
    const model = this.api.addModel('Body', { modelName: 'Body', contentType: type, schema: bodyModel })
    const withBody = { requestValidator: validator, requestModels: { [type]: model } }
    const linksIntegration = new apigateway.LambdaIntegration(links)
    const collection = this.api.root.addResource('links')
    collection.addMethod('POST', linksIntegration, withBody)
    const filters = Object.keys(listQuery.properties).map(name => [`method.request.querystring.${name}`, false])
    const requestParameters = Object.fromEntries(filters) as Record<string, boolean>
    collection.addMethod('GET', linksIntegration, { requestValidator: validator, requestParameters })
    collection.addResource('batch').addMethod('POST', linksIntegration, withBody)
    const link = collection.addResource('{id}')
    const withId = { requestValidator: validator, requestParameters: { 'method.request.path.id': true } }
    for (const method of ['GET', 'DELETE']) link.addMethod(method, linksIntegration, withId)
    const exchangeIntegration = new apigateway.LambdaIntegration(exchange)
    this.api.root.addResource('exchange').addMethod('POST', exchangeIntegration, withBody)
  }

  #addLimits({ name, requestsPerSecond }: IssuingApiProps): void {
    this.api.addUsagePlan('Plan', {
      name,
      description: 'Distinguishes issuers by API key; the key itself authorises nothing, IAM does',
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond * 2 },
      apiStages: [{ api: this.api as apigateway.IRestApi, stage: this.api.deploymentStage }],
    })
  }

  /** Makes errors of API Gateway itself problems, like ours (RFC 9457). */
  #addProblemResponses(): void {
    const problem = (type: apigateway.ResponseType, title: string, more: Readonly<Record<string, string>> = {}) =>
      this.api.addGatewayResponse(type.responseType, {
        type,
        templates: {
          'application/json': `{"type":"urn:once-at-edge:problem:gateway","title":"${title}","status":$context.status,"detail":$context.error.messageString,"reason":"gateway","requestId":"$context.requestId"}`,
        },
        responseHeaders: { 'cache-control': "'no-store'", 'content-type': "'application/problem+json'", ...more },
      })
    problem(apigateway.ResponseType.DEFAULT_4XX, 'The request was refused')
    // Throttling is per second, over all callers in the Region.
    problem(apigateway.ResponseType.THROTTLED, 'There are too many requests', { 'retry-after': "'1'" })
    problem(apigateway.ResponseType.DEFAULT_5XX, 'The request could not be completed')
  }
}

/** Denies all requests that don't come through the endpoint. For others, IAM of this account decides. */
function onlyThrough(endpoint: ec2.IInterfaceVpcEndpoint): iam.PolicyDocument {
  const invoke = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] }
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        ...invoke,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        conditions: { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
      }),
      new iam.PolicyStatement({ ...invoke, principals: [new iam.AccountPrincipal(Aws.ACCOUNT_ID)] }),
    ],
  })
}

/**
 * The model of bodies in API Gateway: any JSON object, so that other bodies cost no call of a function. The function checks
 * its fields and names what is wrong (docs/decisions/0020-schemas.md).
 */
export const bodyModel: JsonSchema = {
  schema: JsonSchemaVersion.DRAFT4,
  type: JsonSchemaType.OBJECT,
  title: 'Body',
}
