import { AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import { checkReplicated } from './cloudformation/rules.ts'
import { removeFunction } from './cloudformation/things.ts'
import { accountSettings } from './prerequisites.ts'
import type { Call, Protocol } from './protocol.ts'
import { invalidateLinks } from './restore-services.ts'
import { retire } from './rotation.ts'

/** Lambda and API Gateway: requests are paths, responses JSON. */
export const restJson: Protocol = {
  type: 'application/json',
  respond(call) {
    const route = routes.find(([pattern]) => pattern.test(`${call.service} ${call.method} ${call.url.pathname}`))
    if (route === undefined) throw new AwsError('NotFoundException', call.operation, 404)
    const parts = route[0].exec(`${call.service} ${call.method} ${call.url.pathname}`)?.slice(1) ?? []
    return JSON.stringify(route[1](call, parts.map(decodeURIComponent)) ?? {})
  },
  errorBody: ({ code, message }) => JSON.stringify({ Type: 'User', message, Message: message, code }),
}

const routes: readonly (readonly [RegExp, (call: Call, parts: readonly string[]) => object | undefined])[] = [
  [
    /^lambda GET \/2015-03-31\/functions\/([^/]+)\/configuration$/,
    (call, [name = '']) => configurationOf(functionOf(call, name), call),
  ],
  [/^lambda DELETE \/2015-03-31\/functions\/([^/]+)\/?$/, deleteFunction],
  [/^lambda GET \/2015-03-31\/functions\/?$/, listFunctions],
  [/^lambda GET \/2016-08-19\/account-settings\/?$/, accountSettings],
  [/^lambda POST \/2015-03-31\/functions\/([^/]+)\/invocations$/, invoke],
  [/^lambda GET \/2015-03-31\/event-source-mappings\/?$/, mappings],
  [/^apigateway GET \/account\/?$/, logAccount],
  [/^apigateway GET \/restapis\/?$/, restApis],
  [/^apigateway GET \/restapis\/([^/]+)\/stages\/?$/, (call, [id = '']) => ({ item: stagesOf(call, id) })],
]

function logAccount({ account, region }: Call): object {
  const [found] = thingsOf(account, 'AWS::ApiGateway::Account', region)
  return { cloudwatchRoleArn: found?.properties['CloudWatchRoleArn'] }
}

function functionOf({ account, region }: Call, id: string): Thing {
  const found = thing(account, 'AWS::Lambda::Function', { region, id })
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${id}`, 404)
  return found
}

function configurationOf({ id, properties }: Thing, { account, url }: Call): object {
  const version = url.searchParams.get('Qualifier')
  const hasVersion = thingsOf(account, 'AWS::Lambda::Version').some(each => each.id.endsWith(`:${id}:${version}`))
  if (version !== null && !hasVersion) throw new AwsError('ResourceNotFoundException', `no version ${version}`, 404)
  const { Runtime, Architectures, Timeout, MemorySize, LoggingConfig, Environment } = properties
  return { FunctionName: id, Runtime, Architectures, Timeout, MemorySize, LoggingConfig, Environment, Version: version }
}

function listFunctions({ account, region }: Call): object {
  return { Functions: thingsOf(account, 'AWS::Lambda::Function', region).map(({ id }) => ({ FunctionName: id })) }
}

function invoke(call: Call, [name = '']: readonly string[]): object {
  functionOf(call, name)
  if (name.endsWith('-keys-retire')) return retire(call, name)
  if (!name.endsWith('-keys-invalidate-links') || call.body !== '{"invalidateLinks":true}') {
    throw new AwsError('NotImplemented', `the test invokes no ${name}`, 501)
  }
  return invalidateLinks(call.account, name)
}

function deleteFunction(call: Call, [name = '']: readonly string[]): undefined {
  const found = functionOf(call, name)
  checkReplicated(call.account, found)
  removeFunction(found, call.account)
  return undefined
}

function mappings({ account, region, url }: Call): object {
  const name = url.searchParams.get('FunctionName')
  const found = thingsOf(account, 'AWS::Lambda::EventSourceMapping', region).filter(
    ({ properties }) => properties['FunctionName'] === name,
  )
  return {
    EventSourceMappings: found.map(({ id, properties }) => ({ UUID: id, State: properties['state'] ?? 'Enabled' })),
  }
}

function restApis({ account, region }: Call): object {
  return {
    item: thingsOf(account, 'AWS::ApiGateway::RestApi', region).map(({ id, properties }) => ({
      id,
      name: properties['Name'],
      endpointConfiguration: { types: (properties['EndpointConfiguration'] as Properties | undefined)?.['Types'] },
    })),
  }
}

function stagesOf({ account, region }: Call, restApiId: string): readonly object[] {
  const stages = thingsOf(account, 'AWS::ApiGateway::Stage', region)
  return stages
    .filter(({ properties }) => properties['RestApiId'] === restApiId)
    .map(({ id, properties }) => {
      const log = properties['AccessLogSetting'] as Properties | undefined
      const settings = (properties['MethodSettings'] ?? []) as Properties[]
      return {
        stageName: id,
        webAclArn: associationOf(thingsOf(account, 'AWS::WAFv2::WebACLAssociation', region), restApiId),
        ...(log && { accessLogSettings: { destinationArn: log['DestinationArn'], format: log['Format'] } }),
        methodSettings: Object.fromEntries(
          settings.map(each => [
            // Templates have the two halves of `*/*` apart, as `/*` and `*`.
            `${String(each['ResourcePath']).replace(/^\//, '')}/${String(each['HttpMethod'])}`,
            {
              dataTraceEnabled: each['DataTraceEnabled'],
              throttlingRateLimit: each['ThrottlingRateLimit'],
              throttlingBurstLimit: each['ThrottlingBurstLimit'],
            },
          ]),
        ),
      }
    })
}

function associationOf(associations: readonly Thing[], restApiId: string): unknown {
  return associations.find(({ properties }) => String(properties['ResourceArn']).includes(restApiId))?.properties[
    'WebACLArn'
  ]
}
