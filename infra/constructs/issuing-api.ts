import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'
import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { listQuery } from '../../shared/schemas/link-view.ts'
import { acknowledge } from '../acknowledge.ts'
import { Firewall } from './firewall.ts'
import { apiStage } from '../physical-names.ts'

/** What the api is made from. */
export interface IssuingApiProps {
  readonly name: string
  /** Answers `/links`. */
  readonly links: lambda.IFunction
  /** Answers `/exchange`. */
  readonly exchange: lambda.IFunction
  readonly requestsPerSecond: number
  readonly logRetentionDays: number
  /** The only way in. @default open to the internet */
  readonly endpoint?: ec2.IInterfaceVpcEndpoint | undefined
}

/** Requests that one address may make in five minutes: far more than throttling lets an issuer make, for proxies share one. */
const perAddress = 20_000

/** What the log of accesses holds: never a body, a header or a signature. */
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

/** The REST API of one Region: every method takes an IAM signature, and a body is one JSON object before a function runs. */
export class IssuingApi extends Construct {
  readonly api: apigateway.RestApi

  constructor(scope: Construct, id: string, props: IssuingApiProps) {
    super(scope, id)
    const { name, requestsPerSecond, endpoint } = props
    this.api = new apigateway.RestApi(this, 'Api', {
      restApiName: name,
      description: 'Issues, shows, lists and revokes links that work once, and exchanges them',
      endpointConfiguration:
        endpoint === undefined
          ? { types: [apigateway.EndpointType.REGIONAL] }
          : { types: [apigateway.EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
      ...(endpoint === undefined ? {} : { policy: onlyThrough(endpoint) }),
      defaultMethodOptions: { authorizationType: apigateway.AuthorizationType.IAM },
      cloudWatchRole: true, // of the account and Region: without it API Gateway can't write any log
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: apiStage,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestsPerSecond * 2,
        metricsEnabled: true,
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // it would log bodies: nonces
        accessLogDestination: new apigateway.LogGroupLogDestination(this.#accessLog(props)),
        accessLogFormat: logFormat,
      },
    })
    acknowledge(this.api, {
      COG4: 'Issuers are programs: they sign with IAM.',
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The policy that AWS has for this one role.',
    })
    this.#routes(props)
    this.#limit(props)
    this.#answerAsProblems()
  }

  #accessLog({ name, logRetentionDays }: IssuingApiProps): logs.LogGroup {
    return new logs.LogGroup(this, 'Access', {
      logGroupName: `/${name}/api-access`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
  }

  #routes({ links, exchange }: IssuingApiProps): void {
    const validator = this.api.addRequestValidator('Validator', {
      requestValidatorName: 'body-and-parameters',
      validateRequestBody: true,
      validateRequestParameters: true,
    })
    const type = 'application/json'
    const model = this.api.addModel('Body', { modelName: 'Body', contentType: type, schema: bodyModel })
    const withBody = { requestValidator: validator, requestModels: { [type]: model } }
    const byLinks = new apigateway.LambdaIntegration(links)
    const collection = this.api.root.addResource('links')
    collection.addMethod('POST', byLinks, withBody)
    const filters = Object.keys(listQuery.properties).map(name => [`method.request.querystring.${name}`, false])
    const requestParameters = Object.fromEntries(filters) as Record<string, boolean>
    collection.addMethod('GET', byLinks, { requestValidator: validator, requestParameters })
    collection.addResource('batch').addMethod('POST', byLinks, withBody)
    const one = collection.addResource('{id}')
    const withId = { requestValidator: validator, requestParameters: { 'method.request.path.id': true } }
    for (const method of ['GET', 'DELETE']) one.addMethod(method, byLinks, withId)
    const exchanging = new apigateway.LambdaIntegration(exchange)
    this.api.root.addResource('exchange').addMethod('POST', exchanging, withBody)
  }

  #limit({ name, requestsPerSecond }: IssuingApiProps): void {
    this.api.addUsagePlan('Plan', {
      name,
      description: 'For issuers that are given an API key to be told apart by; IAM lets them in, not the key',
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond * 2 },
      apiStages: [{ api: this.api as apigateway.IRestApi, stage: this.api.deploymentStage }],
    })
    const firewall = new Firewall(this, 'Firewall', { scope: 'REGIONAL', name: `${name}-api`, perAddress })
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: firewall.acl.attrArn,
      resourceArn: this.api.deploymentStage.stageArn,
    })
  }

  /** What API Gateway itself turns down looks like what we do (RFC 9457). */
  #answerAsProblems(): void {
    const problem = (type: apigateway.ResponseType, title: string, more: Readonly<Record<string, string>> = {}) =>
      this.api.addGatewayResponse(type.responseType, {
        type,
        templates: {
          'application/json': `{"type":"urn:once-at-edge:problem:gateway","title":"${title}","status":$context.status,"detail":$context.error.messageString,"reason":"gateway","requestId":"$context.requestId"}`,
        },
        responseHeaders: { 'cache-control': "'no-store'", 'content-type': "'application/problem+json'", ...more },
      })
    problem(apigateway.ResponseType.DEFAULT_4XX, 'The request was turned down')
    // Throttling counts by the second: all issuers of the Region together.
    problem(apigateway.ResponseType.THROTTLED, 'There are too many requests', { 'retry-after': "'1'" })
    problem(apigateway.ResponseType.DEFAULT_5XX, 'The request could not be completed')
  }
}

/** Nobody from elsewhere, whoever they are; then this account's IAM decides. */
function onlyThrough(endpoint: ec2.IInterfaceVpcEndpoint): iam.PolicyDocument {
  const of = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] }
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        ...of,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        conditions: { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
      }),
      new iam.PolicyStatement({ ...of, principals: [new iam.AccountPrincipal(Aws.ACCOUNT_ID)] }),
    ],
  })
}

/**
 * All that API Gateway looks at in a body: it is one JSON object, so that what can't be right costs no function. What is in
 * it is for the function to look at, which names what is wrong (docs/decisions/0020-schemas.md).
 */
export const bodyModel: JsonSchema = {
  schema: JsonSchemaVersion.DRAFT4,
  type: JsonSchemaType.OBJECT,
  title: 'Body',
}
