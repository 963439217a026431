import { Aws } from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'
import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { type ApiRoute, exchangeRoutes, linkRoutes, receivedRoutes, uploadRoutes } from '../../shared/api/routes.ts'
import { acknowledge } from '../acknowledge.ts'
import { apiStage } from '../placement/physical-names.ts'
import type { Settings } from '../settings/settings.ts'
import { accessLog, createLogAccount } from './api-logs.ts'
import { addProblemResponses } from './api-problems.ts'

/** Props of `IssuingApi`. */
export interface IssuingApiProps {
  readonly name: string
  /** The function of `/links`. */
  readonly links: lambda.IFunction
  /** The function of `/exchange`. */
  readonly exchange: lambda.IFunction
  /** The function of `/uploads`. @default none: the bucket takes no uploads */
  readonly uploads?: lambda.IFunction | undefined
  readonly settings: Settings
  /** The VPC endpoint through which all callers must come. @default none: a regional api on the internet */
  readonly endpoint?: ec2.IInterfaceVpcEndpoint | undefined
  /** How callers with an access token log in. @default none: every request needs an IAM signature */
  readonly tokens?: TokenLogin | undefined
}

/** What an api needs whose callers have access tokens. */
interface TokenLogin {
  readonly authorizer: apigateway.IAuthorizer
  /** The function of `/received`, of whose callers it asks no token. @default none: links take no files here */
  readonly received: lambda.IFunction | undefined
  /** The role of API Gateway's log in this account and Region, if the first api has made it. */
  readonly logAccount: apigateway.CfnAccount | undefined
}

/**
 * A REST API of one Region. Every method requires an IAM signature, or every method an access token: a method has one kind of
 * authorization. Only the file that a link takes comes without either: its function checks what the link gave out. Functions get only
 * bodies that are JSON objects.
 */
export class IssuingApi extends Construct {
  readonly api: apigateway.RestApi
  /** The role of API Gateway's log in this account and Region, for further apis; undefined if it isn't the deployment's. */
  readonly logAccount: apigateway.CfnAccount | undefined

  constructor(scope: Construct, id: string, props: IssuingApiProps) {
    super(scope, id)
    const { name, settings, endpoint, tokens } = props
    const { requestsPerSecond, apiLogRole, accessLogs, logRetentionDays } = settings
    const hasTokens = tokens !== undefined
    const logs = {
      metricsEnabled: false, // metrics of each method are billed; those of the api are free
      loggingLevel: apiLogRole === 'none' ? apigateway.MethodLoggingLevel.OFF : apigateway.MethodLoggingLevel.ERROR,
      dataTraceEnabled: false, // it would log bodies, which hold nonces
    }
    // Public and private apis are two resources, because CloudFormation may leave its policy on an api that becomes public.
    this.api = new apigateway.RestApi(this, endpoint === undefined ? 'Api' : 'Private', {
      restApiName: name,
      description: 'Issues, shows, lists and revokes links that work once, and exchanges them',
      endpointConfiguration:
        endpoint === undefined
          ? { types: [apigateway.EndpointType.REGIONAL] }
          : { types: [apigateway.EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
      ...(endpoint === undefined ? {} : { policy: onlyThrough(endpoint, hasTokens) }),
      defaultMethodOptions: authorizationOf(tokens),
      cloudWatchRole: false, // `createLogAccount`
      deployOptions: {
        stageName: apiStage,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestsPerSecond * 2,
        ...logs,
        ...(accessLogs && accessLog(this, { name, logRetentionDays, hasTokens })),
        ...(tokens?.received && { methodOptions: receivedLimits(requestsPerSecond, logs) }),
      },
    })
    acknowledge(this.api, {
      ...(!accessLogs && {
        APIG1: 'The log of all requests is a setting (`accessLogs`); functions log what they refuse.',
      }),
      ...(apiLogRole === 'none' && {
        APIG6: 'The account lets API Gateway write no logs (`apiLogRole`); functions log what they refuse.',
      }),
      APIG3:
        'Each request needs an IAM signature or a token, and all are throttled. The only firewall is that of the distribution.',
      COG4: 'Issuers are programs, which sign requests with IAM credentials, or have tokens of any OpenID Connect provider.',
    })
    if (apiLogRole === 'own') {
      this.logAccount = tokens?.logAccount ?? createLogAccount(this, this.api)
      this.api.deploymentStage.node.addDependency(this.logAccount)
    }
    this.#addRoutes(props)
    this.#addLimits(props)
    addProblemResponses(this.api, { hasTokens })
  }

  #addRoutes({ links, exchange, uploads, tokens }: IssuingApiProps): void {
    const validator = this.api.addRequestValidator('Validator', {
      requestValidatorName: 'body-and-parameters',
      validateRequestBody: true,
      validateRequestParameters: true,
    })
    const type = 'application/json'
    const model = this.api.addModel('Body', { modelName: 'Body', contentType: type, schema: bodyModel })
    const serve = (routes: Routes, by: lambda.IFunction, options: apigateway.MethodOptions = {}) => {
      const integration = new apigateway.LambdaIntegration(by)
      for (const route of byDepth(routes)) {
        this.api.root.resourceForPath(route.path).addMethod(route.method, integration, {
          ...options,
          requestValidator: validator,
          ...parametersOf(route),
          ...(route.body !== undefined && { requestModels: { [type]: model } }),
        })
      }
    }
    serve(linkRoutes, links)
    serve(exchangeRoutes, exchange)
    if (uploads !== undefined) serve(uploadRoutes, uploads)
    if (tokens?.received === undefined) return
    serve(receivedRoutes, tokens.received, { authorizationType: apigateway.AuthorizationType.NONE })
    acknowledge(this.api.root.resourceForPath('/received'), {
      APIG4: 'Who uploads the file of a link has no login: the function checks the token that the link gave out.',
    })
  }

  #addLimits({ name, settings: { requestsPerSecond } }: IssuingApiProps): void {
    this.api.addUsagePlan('Plan', {
      name,
      description: 'Distinguishes issuers by API key; the key itself authorises nothing, IAM does',
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond * 2 },
      apiStages: [{ api: this.api as apigateway.IRestApi, stage: this.api.deploymentStage }],
    })
  }
}

/** Routes of callers, or of those who have no verb. */
type Route = Omit<ApiRoute, 'verb'>
type Routes = Readonly<Record<string, Route>>

/**
 * Returns a throttle for each method without a login, so that strangers use up nothing of what callers need: all together get half as much.
 * An entry of a method takes nothing over from that of the stage, so it has the same logs.
 */
function receivedLimits(requestsPerSecond: number, logs: apigateway.MethodDeploymentOptions) {
  const routes = Object.values(receivedRoutes)
  const rate = Math.max(1, Math.floor(requestsPerSecond / 2 / routes.length))
  const options = { ...logs, throttlingRateLimit: rate, throttlingBurstLimit: rate * 2 }
  return Object.fromEntries(routes.map(({ method, path }) => [`${path}/${method}`, options]))
}

/** Returns routes, each path before those below it: the id of an api's deployment is a hash of its methods in their order. */
function byDepth(routes: Routes): readonly Route[] {
  const depth = ({ path }: Route) => path.split('/').length
  return Object.values(routes).toSorted((a, b) => depth(a) - depth(b))
}

/** Returns the parameters of a route: it requires that of its path, and none of its query. */
function parametersOf({ path, query = [] }: Route): apigateway.MethodOptions {
  const optional = query.map(name => [`method.request.querystring.${name}`, false] as const)
  const all = [...(path.includes('{id}') ? [['method.request.path.id', true] as const] : []), ...optional]
  return all.length === 0 ? {} : { requestParameters: Object.fromEntries(all) }
}

/** Returns how each method knows its caller. */
function authorizationOf(tokens: TokenLogin | undefined): apigateway.MethodOptions {
  if (tokens === undefined) return { authorizationType: apigateway.AuthorizationType.IAM }
  return { authorizationType: apigateway.AuthorizationType.CUSTOM, authorizer: tokens.authorizer }
}

/**
 * Denies all requests that don't come through the endpoint. For others of this account IAM decides, for those with a token the
 * authorizer.
 */
function onlyThrough(endpoint: ec2.IInterfaceVpcEndpoint, hasTokens: boolean): iam.PolicyDocument {
  const callers = hasTokens ? new iam.AnyPrincipal() : new iam.AccountPrincipal(Aws.ACCOUNT_ID)
  const invoke = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] }
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        ...invoke,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        conditions: { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
      }),
      new iam.PolicyStatement({ ...invoke, principals: [callers] }),
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
