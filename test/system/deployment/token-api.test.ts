import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleFunction, writeBundle } from '../../../construct/bundle.ts'
import { functionsContext } from '../../../construct/function-code.ts'
import { namesOf } from '../../../construct/names.ts'
import { deploymentOf, parseSettings } from '../../../construct/parse-settings.ts'
import { TokenApi } from '../../../construct/resources/token-api.ts'
import { badTokens } from '../../support/bad-tokens.ts'
import { ask } from '../../support/http.ts'
import { account, type MiniStack, startMiniStack } from '../../support/ministack/ministack.ts'
import { missingPython, runPython } from '../../support/python.ts'
import { testProvider } from '../../support/tokens.ts'
import { writeEmptyFunctions } from '../infra/synthesised.ts'

const provider = testProvider()
const region = 'us-east-1'

/** A function that says what the authorizer said. */
const echo = `exports.handler = async ({ requestContext }) =>
  ({ statusCode: 200, headers: {}, body: JSON.stringify(requestContext.authorizer) })`

/** Returns a template with the token API that ships, before a function that echoes; another has a provider that does not respond. */
function template(folder: string): Record<string, unknown> {
  const context = { [functionsContext]: writeEmptyFunctions(join(folder, 'functions')) }
  const app = new App({ context, outdir: join(folder, 'cdk'), builtinCloudFormationValidation: false })
  const stack = new Stack(app, 'Login', { env: { region, account } })
  const links = new LambdaFunction(stack, 'Echo', {
    code: Code.fromInline(echo),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  })
  const { issuer, audience } = provider
  for (const [name, more] of [
    ['once', { jwks: provider.keys() }],
    ['away', { jwksUri: 'https://127.0.0.1:1/keys' }],
  ] as const) {
    const settings = parseSettings({ name, homeRegions: [region], auth: { issuer, audience, ...more } })
    const { auth, requestsPerSecond, logRetentionDays } = settings
    if (auth === undefined) throw new Error('there is auth')
    const shared = {
      links,
      exchange: links,
      requestsPerSecond,
      logRetentionDays,
      logRole: 'none',
      logsRequests: false,
    } as const
    const common = { settings, names: namesOf(name), region, auth, logAccount: undefined, shared } as const
    addOutput(stack, name, new TokenApi(stack, `Api${name}`, common).api.url)
  }
  return app.synth().getStackByName('Login').template as Record<string, unknown>
}

const addOutput = (stack: Stack, name: string, value: string) => new CfnOutput(stack, name, { value })

/** Uploads the authorizer and the template with it, and returns the template's URL. */
async function upload(text: string, { endpoint, folder }: MiniStack): Promise<string> {
  const settings = parseSettings({ homeRegions: [region] })
  const file = await writeBundle(
    await bundleFunction('authorizer/main.ts', deploymentOf(settings)),
    join(folder, 'code'),
  )
  runPython(['-m', 'zipfile', '-c', join(folder, 'code.zip'), file], 60)
  const { Resources, Outputs } = JSON.parse(text) as {
    Resources: Record<string, { Type: string; Properties: { Code?: object } }>
    Outputs: object
  }
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type === 'AWS::Lambda::Function' && 'S3Key' in (Properties.Code ?? {})) {
      Properties.Code = { S3Bucket: 'code', S3Key: 'code.zip' }
    }
  }
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'code' }))
  for (const [Key, Body] of [
    ['code.zip', readFileSync(join(folder, 'code.zip'))],
    ['template.json', JSON.stringify({ Resources, Outputs })],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket: 'code', Key, Body }))
  }
  return `${endpoint}/code/template.json`
}

describe.skipIf(missingPython !== undefined)('the token API behind an API Gateway that others wrote', () => {
  let ministack: MiniStack
  let urls: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    ministack = await startMiniStack()
    const { endpoint, folder } = ministack
    const credentials = { accessKeyId: account, secretAccessKey: 'test' }
    const cloudFormation = new CloudFormationClient({ endpoint, region, credentials })
    const TemplateURL = await upload(JSON.stringify(template(folder)), ministack)
    const StackName = 'Login'
    await cloudFormation.send(
      new CreateStackCommand({ StackName, TemplateURL, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    )
    await waitUntilStackCreateComplete(
      { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
      { StackName },
    )
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }))
    const outputs = Stacks[0]?.Outputs ?? []
    urls = Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
  }, 120_000)
  afterAll(async () => ministack.stop())

  const call = async (authorization: string | undefined, name = 'once') => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await ask(`${ministack.apiUrl(urls[name] ?? '')}/links`, { headers })
    return { ...answer, body: JSON.parse(answer.body) as Record<string, unknown> }
  }

  test('passes what the authorizer says of a valid token to the function', async () => {
    const token = provider.token({ groups: ['reports'], exp: 4_000_000_000 })
    const { status, body } = await call(`Bearer ${token}`)
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        issuer: provider.issuer,
        subject: 'reports',
        groups: '["reports"]',
        expiresAt: '4000000000',
        principalId: expect.stringMatching(/^[\w-]{22}$/) as string,
      }),
    ])
  })

  test('refuses bad tokens with a problem and a challenge', async () => {
    const seen = new Set<string>()
    for (const [title, token, reason] of badTokens(provider)) {
      if (seen.has(reason) || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) continue
      seen.add(reason)
      const { status, headers, body } = await call(`Bearer ${token}`)
      // MiniStack does not fill in the authorizer's words; on AWS they are variables of gateway responses too.
      expect([reason, '$context.authorizer.reason'], title).toContain(body['reason'])
      expect([status, headers['www-authenticate']], title).toEqual([401, 'Bearer error="invalid_token"'])
    }
    expect(seen.size).toBe(10)
  })

  test('has a problem, in JSON, for a path that it doesn’t have', async () => {
    const { body } = await ask(`${ministack.apiUrl(urls['once'] ?? '')}/elsewhere`)
    expect(JSON.parse(body)).toMatchObject({ status: 403, reason: 'gateway', detail: 'Missing Authentication Token' })
  })

  test.each([undefined, 'Bearer x', 'Basic dTpw'])('asks for a token where there is none: %s', async header => {
    const { status, body } = await call(header)
    expect([status, body['reason']]).toEqual([401, 'token-required'])
  })

  test('responds 503 while the keys of the provider can’t be read, and says when to try again', async () => {
    const { status, headers, body } = await call(`Bearer ${provider.token()}`, 'away')
    expect([status, body['reason'], headers['retry-after']]).toEqual([503, 'unavailable', '5'])
  })
})
