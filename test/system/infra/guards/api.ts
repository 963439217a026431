import { contains, type Guard, present } from './guard.ts'

const method = { type: 'AWS::ApiGateway::Method', stack: '-api-', in: 'home' } as const
const stage = { type: 'AWS::ApiGateway::Stage', stack: '-api-', in: 'home' } as const
/** Guards of the api. */
export const apiGuards: readonly Guard[] = [
  {
    says: 'every method takes an IAM signature',
    ...method,
    path: 'Properties.AuthorizationType',
    is: 'AWS_IAM',
    without: 'NONE',
  },
  { says: 'every request is looked at first', ...method, path: 'Properties.RequestValidatorId', is: present },
  {
    says: 'bodies have a shape',
    ...method,
    id: /POST/,
    path: 'Properties.RequestModels',
    is: contains('application/json'),
  },
  {
    says: 'bodies are validated',
    type: 'AWS::ApiGateway::RequestValidator',
    in: 'home',
    path: 'Properties.ValidateRequestBody',
    is: true,
    without: false,
  },
  { says: 'an issuer is throttled', ...stage, path: 'Properties.MethodSettings.0.ThrottlingRateLimit', is: 100 },
  { says: 'a burst is throttled', ...stage, path: 'Properties.MethodSettings.0.ThrottlingBurstLimit', is: 200 },
  {
    says: 'whoever is throttled is told when to come again',
    type: 'AWS::ApiGateway::GatewayResponse',
    id: /THROTTLED/,
    in: 'home',
    path: 'Properties.ResponseParameters',
    is: contains('gatewayresponse.header.retry-after'),
  },
  {
    says: 'the query of a list is declared',
    ...method,
    id: /linksGET/,
    path: 'Properties.RequestParameters',
    is: {
      'method.request.querystring.reference': false,
      'method.request.querystring.state': false,
      'method.request.querystring.limit': false,
      'method.request.querystring.cursor': false,
    },
  },
  {
    says: 'a batch may take as long as API Gateway waits, less a second',
    type: 'AWS::Lambda::Function',
    stack: '-api-',
    id: /^links/,
    in: 'home',
    path: 'Properties.Timeout',
    is: 28,
    without: 15,
  },
  {
    says: 'there is a usage plan',
    type: 'AWS::ApiGateway::UsagePlan',
    in: 'home',
    path: 'Properties.Throttle',
    is: { BurstLimit: 200, RateLimit: 100 },
  },
  {
    says: 'no body is logged',
    ...stage,
    path: 'Properties.MethodSettings.0.DataTraceEnabled',
    is: false,
    without: true,
  },
  {
    says: 'who called what is logged',
    ...stage,
    path: 'Properties.AccessLogSetting.DestinationArn',
    is: present,
  },
  {
    says: 'and nothing that is secret',
    ...stage,
    path: 'Properties.AccessLogSetting.Format',
    is: (format: unknown) =>
      present(format) && !/\$context\.(path|authorizer)\b|requestBody|\$input|sourceIp/.test(String(format)),
    without: '$context.path',
  },
  {
    says: 'an answer by Idempotency-Key is forgotten',
    type: 'AWS::DynamoDB::GlobalTable',
    stack: '-api-',
    in: 'home',
    path: 'Properties.TimeToLiveSpecification.AttributeName',
    is: 'expiresAt',
  },
]
