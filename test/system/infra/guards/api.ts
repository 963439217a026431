import { both, contains, entry, type Guard, present } from './guard.ts'

const method = { type: 'AWS::ApiGateway::Method', stack: '-api-', in: 'home' } as const
const stage = { type: 'AWS::ApiGateway::Stage', stack: '-api-', in: 'home' } as const
/** Guards of the api. */
export const apiGuards: readonly Guard[] = [
  {
    title: 'every method requires an IAM signature',
    ...method,
    path: 'Properties.AuthorizationType',
    is: 'AWS_IAM',
    without: 'NONE',
  },
  { title: 'API Gateway validates every request', ...method, path: 'Properties.RequestValidatorId', is: present },
  {
    title: 'bodies have a model',
    ...method,
    id: /POST/,
    path: 'Properties.RequestModels',
    is: contains('application/json'),
  },
  {
    title: 'bodies are validated',
    type: 'AWS::ApiGateway::RequestValidator',
    in: 'home',
    path: 'Properties.ValidateRequestBody',
    is: true,
    without: false,
  },
  { title: 'the api is throttled', ...stage, path: 'Properties.MethodSettings.0.ThrottlingRateLimit', is: 100 },
  { title: 'bursts are throttled', ...stage, path: 'Properties.MethodSettings.0.ThrottlingBurstLimit', is: 200 },
  {
    title: 'a throttled caller gets Retry-After',
    type: 'AWS::ApiGateway::GatewayResponse',
    id: /THROTTLED/,
    in: 'home',
    path: 'Properties.ResponseParameters',
    is: contains('gatewayresponse.header.retry-after'),
  },
  {
    title: 'the query parameters of a list are declared',
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
    title: 'the timeout of a batch is a second less than API Gateway’s',
    type: 'AWS::Lambda::Function',
    stack: '-api-',
    id: /^links/,
    in: 'home',
    path: 'Properties.Timeout',
    is: 28,
    without: 15,
  },
  {
    title: 'the functions of the api know the bucket and its Region',
    type: 'AWS::Lambda::Function',
    stack: '-api-',
    id: /^(links|exchange)/,
    in: 'home',
    path: 'Properties.Environment.Variables',
    is: both(entry('BUCKET', contains('once-content-')), entry('BUCKET_REGION', 'eu-west-1')),
    without: {},
  },
  {
    title: 'there is a usage plan',
    type: 'AWS::ApiGateway::UsagePlan',
    in: 'home',
    path: 'Properties.Throttle',
    is: { BurstLimit: 200, RateLimit: 100 },
  },
  {
    title: 'no body is logged',
    ...stage,
    path: 'Properties.MethodSettings.0.DataTraceEnabled',
    is: false,
    without: true,
  },
  {
    title: 'callers and operations are logged',
    ...stage,
    path: 'Properties.AccessLogSetting.DestinationArn',
    is: present,
  },
  {
    title: 'the access log holds no secret',
    ...stage,
    path: 'Properties.AccessLogSetting.Format',
    is: (format: unknown) =>
      present(format) && !/\$context\.(path|authorizer)\b|requestBody|\$input|sourceIp/.test(String(format)),
    without: '$context.path',
  },
  {
    title: 'idempotency records expire',
    type: 'AWS::DynamoDB::GlobalTable',
    stack: '-api-',
    in: 'home',
    path: 'Properties.TimeToLiveSpecification.AttributeName',
    is: 'expiresAt',
  },
]
