import { Stack } from 'aws-cdk-lib'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { expect, test } from 'vitest'
import { valueAt } from '../../support/infra/synthesised.ts'
import { testProvider } from '../../support/api/tokens.ts'
import { constructIn, emptyApp, idsOf, stacksOf } from './constructed.ts'

test('a user pool of the same stack is the provider: its values are filled in at deployment', () => {
  const app = emptyApp()
  const scope = new Stack(app, 'Site', { env: { region: 'us-east-1' } })
  const pool = new UserPool(scope, 'Pool')
  const client = pool.addClient('App')
  const audience = [client.userPoolClientId, pool.addClient('Page').userPoolClientId]
  const auth = { issuer: pool.userPoolProviderUrl, audience, cacheSeconds: 10 }
  const once = constructIn(app, 'us-east-1', { scope, auth })
  once.createDistribution()
  const { Site: stack } = stacksOf(app)
  const propertiesOf = (type: string, part = '') => {
    const id = idsOf(stack, type).find(each => each.includes(part))
    return valueAt(stack?.template as object, `Resources.${id}.Properties`) as Record<string, unknown>
  }
  const { Environment } = propertiesOf('AWS::Lambda::Function', 'TokensAuthorizer')
  const text = JSON.stringify(Environment)
  expect(text).toContain('"Fn::GetAtt":["Pool')
  expect(text).toContain('ProviderURL')
  for (const id of idsOf(stack, 'AWS::Cognito::UserPoolClient')) expect(text).toContain(`"Ref":"${id}"`)
  expect(propertiesOf('AWS::ApiGateway::Authorizer')['AuthorizerResultTtlInSeconds']).toBe(10)
  expect(JSON.stringify(scope.resolve(once.tokenApiUrl))).toContain('TokensGateway')
})

test('without auth there is no token API, and its address is refused', () => {
  const app = emptyApp()
  const once = constructIn(app, 'us-east-1')
  once.createDistribution()
  expect(() => once.tokenApiUrl).toThrow('once-at-edge:no-token-api: there is no token API; got an OnceAtEdge without')
  expect(Object.values(stacksOf(app)).flatMap(stack => idsOf(stack, 'AWS::ApiGateway::Authorizer'))).toEqual([])
})

test('a private network without the keys of the provider is refused, and so is a private key', () => {
  const { issuer, audience, privateKeys } = testProvider()
  const construct = (auth: object, network: 'public' | 'private') => () =>
    constructIn(emptyApp(), 'us-east-1', { network, auth: { issuer, audience, ...auth } })
  expect(construct({}, 'private')).toThrow('once-at-edge:settings: auth.jwks: got nothing')
  expect(construct({ jwks: { keys: privateKeys() } }, 'public')).toThrow('a private key has no place in the settings')
})
