import { both, contains, entry, type Guard, not, one, present } from './guard.ts'

const here = { stack: 'once-eu-west-1', in: 'login' } as const
const method = { type: 'AWS::ApiGateway::Method', id: /^ApiTokens/, ...here } as const
const authorizer = { type: 'AWS::ApiGateway::Authorizer', ...here } as const
const stage = { type: 'AWS::ApiGateway::Stage', id: /^ApiTokens/, ...here } as const
const response = (id: RegExp) => ({ type: 'AWS::ApiGateway::GatewayResponse', id, ...here }) as const

/** Returns whether text in a template matches. */
const matches = (pattern: RegExp) => (value: unknown) => pattern.test(String(value))

/** Guards of the token API. */
export const tokenGuards: readonly Guard[] = [
  {
    title: 'every method of the token API requires a token',
    ...method,
    path: 'Properties.AuthorizationType',
    is: 'CUSTOM',
    without: 'NONE',
  },
  {
    title: 'every method of the token API asks the authorizer',
    ...method,
    path: 'Properties.AuthorizerId',
    is: contains('ApiTokens'),
  },
  {
    title: 'beside the token API, every method of the api requires an IAM signature',
    ...method,
    id: /^ApiGateway/,
    path: 'Properties.AuthorizationType',
    is: 'AWS_IAM',
    without: 'CUSTOM',
  },
  {
    title: 'results of the authorizer are reused for a minute at most',
    ...authorizer,
    path: 'Properties.AuthorizerResultTtlInSeconds',
    is: 60,
    without: 300,
  },
  {
    title: 'results are reused for the same token only',
    ...authorizer,
    path: 'Properties',
    is: both(entry('Type', 'TOKEN'), entry('IdentitySource', 'method.request.header.Authorization')),
    without: { Type: 'REQUEST' },
  },
  {
    title: 'only what looks like a token costs an invocation',
    ...authorizer,
    path: 'Properties.IdentityValidationExpression',
    is: (text: unknown) =>
      matches(new RegExp(String(text)))('Bearer aGVhZA.cGF5.c2ln') &&
      ['', 'aGVhZA.cGF5.c2ln', 'Basic dTpw', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=a'].every(
        not(matches(new RegExp(String(text)))),
      ),
    without: '.*',
  },
  {
    title: 'a refused token gets 401, a challenge and the reason of the authorizer',
    ...response(/ApiTokens.*ACCESSDENIED/),
    path: 'Properties',
    is: both(
      both(entry('StatusCode', '401'), contains('Bearer error=')),
      both(contains('$context.authorizer.reason'), contains('$context.authorizer.detail')),
    ),
    without: { StatusCode: '403' },
  },
  {
    title: 'a request without a token gets 401 and a challenge',
    ...response(/ApiTokens.*UNAUTHORIZED/),
    path: 'Properties',
    is: both(entry('StatusCode', '401'), both(contains('www-authenticate'), contains('token-required'))),
    without: {},
  },
  ...['FAILURE', 'CONFIGURATIONERROR'].map(failure => ({
    title: `if tokens can’t be checked, the response is 503 with Retry-After: ${failure}`,
    ...response(new RegExp(`ApiTokens.*AUTHORIZER${failure}`)),
    path: 'Properties',
    is: both(entry('StatusCode', '503'), contains('gatewayresponse.header.retry-after')),
    without: {},
  })),
  {
    title: 'the api for IAM says nothing of tokens',
    ...response(/^ApiGateway/),
    path: 'Properties',
    is: not(contains('token-')),
    without: 'token-required',
  },
  {
    title: 'errors of API Gateway say nothing that a template doesn’t know: the body would be no JSON',
    type: 'AWS::ApiGateway::GatewayResponse',
    ...here,
    path: 'Properties.ResponseTemplates.application/json',
    is: not(contains('$context.status')),
    without: '{"status":$context.status}',
  },
  { title: 'the token API is throttled', ...stage, path: 'Properties.MethodSettings.0.ThrottlingRateLimit', is: 100 },
  {
    title: 'the access log of the token API names a hash of the subject, and no token',
    ...stage,
    path: 'Properties.AccessLogSetting.Format',
    is: both(
      matches(/\$context\.authorizer\.principalId/),
      not(matches(/\$context\.path\b|\$context\.authorizer\.(?!principalId)|requestBody|\$input|sourceIp/)),
    ),
    without: '$context.authorizer.subject',
  },
  {
    title: 'the authorizer is small',
    ...here,
    type: 'AWS::Lambda::Function',
    id: /^ApiTokensAuthorizer/,
    path: 'Properties.MemorySize',
    is: 256,
    without: 512,
  },
  {
    title: 'a private token API lets in requests of its endpoint only',
    type: 'AWS::ApiGateway::RestApi',
    in: 'private',
    stack: 'once-eu-west-1',
    id: /^ApiTokens/,
    path: 'Properties.Policy.Statement',
    is: both(
      one(both(entry('Effect', 'Deny'), entry('Condition.StringNotEquals.aws:SourceVpce', present))),
      one(both(entry('Effect', 'Allow'), entry('Principal.AWS', '*'))),
    ),
    without: [{ Effect: 'Allow', Principal: { AWS: '*' } }],
  },
  {
    title: 'the authorizer of a private token API is in the VPC, and has the keys of the provider',
    type: 'AWS::Lambda::Function',
    in: 'private',
    id: /^ApiTokensAuthorizer/,
    path: 'Properties',
    is: both(entry('VpcConfig.SubnetIds', present), entry('Environment.Variables.AUTH', matches(/"jwks":\{"keys"/))),
    without: {},
  },
]
