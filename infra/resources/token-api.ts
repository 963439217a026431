import { Duration, Stack, Token } from 'aws-cdk-lib'
import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { apiPurpose } from '../placement/physical-names.ts'
import type { Settings } from '../settings/settings.ts'
import { IssuingApi, type IssuingApiProps } from './issuing-api.ts'
import { type FunctionNetwork, RegionalFunction } from './regional-function.ts'

/** Props of `TokenApi`. */
export interface TokenApiProps extends DeploymentProps {
  readonly auth: NonNullable<Settings['auth']>
  readonly region: Region
  /** What the api has in common with that for IAM. */
  readonly shared: Omit<IssuingApiProps, 'name' | 'tokens'>
  /** The function of `/received`, of whose callers it asks no token. @default none: links take no files here */
  readonly received: lambda.IFunction | undefined
  /** The role of API Gateway's log in this account and Region; undefined if it isn't the deployment's. */
  readonly logAccount: apigateway.CfnAccount | undefined
  /** @default none: the authorizer fetches the provider's keys over the internet */
  readonly network?: FunctionNetwork | undefined
}

/** What a header must be for API Gateway to ask the authorizer: a JWT, so that nothing else costs an invocation. */
const bearerToken = '^[Bb][Ee][Aa][Rr][Ee][Rr] +[-_0-9A-Za-z]+[.][-_0-9A-Za-z]+[.][-_0-9A-Za-z]*$'

/**
 * The api for callers with access tokens, beside that for IAM and on the same functions; see api/authorizer/. The authorizer may write
 * its log and nothing else. In a private network it reaches nothing: its keys are in the settings.
 */
export class TokenApi extends Construct {
  readonly api: apigateway.RestApi

  constructor(scope: Construct, id: string, props: TokenApiProps) {
    super(scope, id)
    const { names, auth, logAccount, shared, received } = props
    const authorizer = new apigateway.TokenAuthorizer(this, 'Tokens', {
      handler: this.#createAuthorizer(props),
      resultsCacheTtl: Duration.seconds(auth.cacheSeconds),
      validationRegex: bearerToken,
    })
    const tokens = { authorizer, logAccount, received }
    this.api = new IssuingApi(this, 'Gateway', { ...shared, name: names.tokenApi, tokens }).api
  }

  #createAuthorizer({ settings, auth, names, region, network }: TokenApiProps): lambda.IFunction {
    const purpose = apiPurpose('authorizer', settings.network)
    return new RegionalFunction(this, 'Authorizer', {
      folder: 'authorizer',
      settings,
      functionName: names.apiFunction(purpose),
      roleName: names.apiRole(purpose, region),
      description: 'Checks access tokens for the token API',
      // Two requests to the provider, of 2.5 s each at most, and a cold start.
      timeout: 10,
      environment: { AUTH: this.#environmentOf(auth) },
      network,
    }).function
  }

  /** Returns `auth` as JSON. Values of the CDK in it are filled in at deployment. */
  #environmentOf(auth: TokenApiProps['auth']): string {
    const hasTokens = Object.values(auth).some(value => Token.isUnresolved(value))
    return hasTokens ? Stack.of(this).toJsonString(auth) : JSON.stringify(auth)
  }
}
