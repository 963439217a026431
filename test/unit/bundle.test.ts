import { basename } from 'node:path'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bundleFunction } from '../../infra/code/bundle.ts'
import { parseDeployment } from '../../shared/settings/deployment.ts'
import { loadBundle } from '../support/edge/load-bundle.ts'
import { viewerRequest } from '../support/edge/viewer-request.ts'

const deployment = parseDeployment({
  mode: 'home',
  homeRegions: ['us-east-1', 'eu-west-1'],
  linkOrigin: 'https://files.example.com',
  linksTable: 'once-links',
  apiStateTable: 'once-api-state',
  secretName: 'once-keys',
  gate: false,
})

describe.each([
  ['edge/main.ts', /^(edge|shared|node_modules)\//],
  ['api/links/main.ts', /^(api|shared|node_modules)\//],
  ['api/exchange/main.ts', /^(api|shared|node_modules)\//],
  ['api/uploads/main.ts', /^(api|shared|node_modules)\//],
  ['api/sweeper/main.ts', /^(api|shared|node_modules)\//],
  ['jobs/events/main.ts', /^(jobs\/events|shared|node_modules)\//],
  ['jobs/file-ends/main.ts', /^(jobs\/file-ends|shared|node_modules)\//],
  ['jobs/keys/main.ts', /^(jobs\/keys|shared|node_modules)\//],
  ['jobs/webhooks/main.ts', /^(jobs\/webhooks|shared|node_modules)\//],
  ['jobs/totals/main.ts', /^(jobs\/totals|shared|node_modules)\//],
] as const)('the bundle of %s', (entry, allowed) => {
  test('has only its own folder, shared and packages, and no CDK', async () => {
    const { metafile } = await bundleFunction(entry, deployment)
    const inputs = Object.values(metafile.outputs)
      .flatMap(output => Object.keys(output.inputs))
      .filter(input => !input.startsWith('<define:'))
    expect(inputs).toContain(entry)
    expect(inputs.filter(input => !allowed.test(input))).toEqual([])
    expect(inputs.filter(input => /aws-cdk|constructs|dynalite|\/send\/|playwright|esbuild/.test(input))).toEqual([])
  })

  test('is not made with an invalid deployment', async () => {
    const bundling = bundleFunction(entry, { ...deployment, mode: 'nearest' as 'home' })
    await expect(bundling).rejects.toThrow('mode: got "nearest", allowed: "home"')
  })
})

test('the bundle of edge has no SDK and no validator, and 49,632 bytes at most', async () => {
  const { code, metafile } = await bundleFunction('edge/main.ts', deployment)
  expect(Object.keys(metafile.inputs).filter(input => input.startsWith('node_modules/'))).toEqual([])
  expect(Buffer.byteLength(code)).toBeLessThanOrEqual(49_632)
})

test.each(['api/links/main.ts', 'api/sweeper/main.ts', 'jobs/events/main.ts'])(
  'the bundle of %s has no SDK but for schedules, which it loads on demand',
  async entry => {
    const { metafile, chunks } = await bundleFunction(entry, deployment)
    const withSdk = Object.entries(metafile.outputs).filter(([, { inputs }]) =>
      Object.keys(inputs).some(input => /@(aws-sdk|smithy)\//.test(input)),
    )
    expect(withSdk.map(([file]) => basename(file))).toEqual(Object.keys(chunks))
    expect(Object.keys(chunks)).toEqual(entry === 'api/sweeper/main.ts' ? [] : ['sdk-scheduler.mjs'])
  },
)

test('the edge loads a file of its own with its first page, its first refusal, the first link that is over or takes a file, and for pages', async () => {
  const { code, chunks } = await bundleFunction('edge/main.ts', deployment)
  expect(Object.keys(chunks).toSorted()).toEqual([
    'ask-sender.mjs',
    'page-cors.mjs',
    'pages.mjs',
    'refusal.mjs',
    'reserve-try.mjs',
    'several-uses.mjs',
    'upload.mjs',
  ])
  expect(code).not.toMatch(/from"\.\//)
  for (const [file, chunk] of Object.entries(chunks)) {
    expect(code).toContain(`import("./${file}")`)
    expect(chunk, file).not.toMatch(/from"\.\//)
  }
})

test('the bundle of edge responds to a malformed nonce without keys, store or network', async () => {
  const nowhere = 'http://127.0.0.1:1'
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const service of ['DYNAMODB', 'SECRETS_MANAGER']) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, nowhere)
  const { handler } = await loadBundle(await bundleFunction('edge/main.ts', deployment))
  const event: CloudFrontRequestEvent = viewerRequest({ uri: '/d/x' })
  expect(((await handler(event)) as CloudFrontResultResponse).status).toBe('404')
})

test('the bundle of the exchange does not start without BUCKET and BUCKET_REGION', async () => {
  const bundle = await bundleFunction('api/exchange/main.ts', deployment)
  await expect(loadBundle(bundle)).rejects.toThrow('BUCKET and BUCKET_REGION')
})
