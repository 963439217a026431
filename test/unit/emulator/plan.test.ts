import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import { createPinnedVersion } from '../../../emulator/cloudfront/pinned-version.ts'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import { managedHeaders, planCache } from '../../../emulator/cloudfront/plan.ts'
import { folderOrigin, type Origin, xmlResponse } from '../../../emulator/s3/origin.ts'
import { createErrorPages } from '../../../edge/error-pages/error-pages.ts'
import { errorPagePath } from '../../../shared/error-page-path.ts'
import { contentHeaders, removedContentHeaders } from '../../../shared/http.ts'
import { attachmentNamed } from '../../../shared/object-key.ts'
import { pinnedVersion } from '../../support/pinned-version.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { type Answer, ask, type RequestOptions } from '../../support/http.ts'
import { testKeyGroup } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'
import { signedUrl } from '../../support/signed-content.ts'

const pages = createErrorPages(undefined)
const withPlan = { cache: planCache, pinnedVersion }
const withPolicies = { cache: contentCache(0), pinnedVersion: undefined }

/** An edge before a bucket with the one file `f`; `targets` are those that reached the bucket. */
async function site(policies: object, own?: Origin) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'f'), '0123456789')
  const origin = own ?? folderOrigin(folder)
  const targets: string[] = []
  const edge = await serveHere(
    serveViewers({
      viewerRequest: async () => ({ status: '403', body: 'from the function' }),
      keyGroup: testKeyGroup,
      origin: request => (targets.push(request.target), origin(request)),
      now: () => noon,
      ...policies,
    }),
  )
  const versionId = (await origin({ method: 'HEAD', target: '/f', headers: {} })).headers['x-amz-version-id'] ?? ''
  return { edge: edge.origin, targets, versionId }
}

/** What differs from request to request. */
function comparable({ status, body, headers }: Answer) {
  const differing = new Set(['date', 'via', 'x-amz-cf-id', 'x-frame-options', 'x-xss-protection', 'server'])
  const others = Object.entries(headers).filter(([name]) => !differing.has(name))
  return { status, body, headers: Object.fromEntries(others) }
}

describe('with managed policies and the pinned-version function, a viewer gets what our own policies give:', () => {
  const etag = 'If-None-Match'
  test.each<readonly [string, string, RequestOptions]>([
    ['the file', '', {}],
    ['the file under a name', `response-content-disposition=${encodeURIComponent(attachmentNamed('報告.pdf'))}`, {}],
    ['a part', '', { headers: { Range: 'bytes=2-4' } }],
    ['the end', '', { headers: { Range: 'bytes=-1' } }],
    ['its headers', '', { method: 'HEAD' }],
    ['nothing new', '', { headers: { 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' } }],
    ['the file, if it has another tag', '', { headers: { [etag]: '"other"' } }],
  ])('%s', async (_, query, options) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'f'), '0123456789')
    const origin = folderOrigin(folder)
    const answers = await Promise.all(
      [withPlan, withPolicies].map(async policies => {
        const { edge, versionId } = await site(policies, origin)
        return ask(signedUrl(`${edge}/f?${query === '' ? '' : `${query}&`}versionId=${versionId}`), options)
      }),
    )
    const [plan, policies] = answers.map(comparable)
    const internal = /^x-amz-(?!cf-)/
    expect(Object.keys(plan?.headers ?? {}).filter(name => internal.test(name))).toEqual([])
    const seen = Object.entries(policies?.headers ?? {}).filter(([name]) => !internal.test(name))
    expect(plan).toEqual({ ...policies, headers: Object.fromEntries(seen) })
    expect(plan?.status).toBeLessThan(400)
    expect(plan?.headers).toMatchObject(contentHeaders)
  })
})

describe('with managed policies and the pinned-version function', () => {
  test('S3 gets the version and what a URL is bound to, but no header to override', async () => {
    const { edge, targets, versionId } = await site(withPlan)
    const url = `${edge}/f?response-content-disposition=attachment&versionId=${versionId}&l=aaaa&a=4cb007107`
    expect((await ask(signedUrl(url))).status).toBe(200)
    expect(targets).toEqual([`/f?versionId=${versionId}&l=aaaa&a=4cb007107`])
  })

  test('another version is not delivered, and no byte of it is', async () => {
    const other = await site(withPlan, async () => ({
      status: 200,
      headers: { 'x-amz-version-id': 'v2', 'content-type': 'text/plain' },
    }))
    const response = await ask(signedUrl(`${other.edge}/f?versionId=v1`))
    expect(response).toMatchObject({ status: 503, headers: { 'x-cache': 'Error from cloudfront: Error' } })
    expect(response.body).not.toContain('v2')
    expect(response.headers).not.toHaveProperty('etag')
  })

  test.each([400, 405, 412, 416, 500, 503])('an error %i of S3 stays as it is, not sniffed', async status => {
    const { edge } = await site(withPlan, async () => xmlResponse(status, { code: 'Some', message: 'Other' }))
    const response = await ask(signedUrl(`${edge}/f?versionId=v1`))
    expect(response).toMatchObject({ status, headers: managedHeaders })
    expect(response.body).toContain('<Code>Some</Code>')
  })

  test.each([
    ['no signature', '/f', false],
    ['a key that does not exist', '/none', true],
  ] as const)('an error is a page that says itself what our headers say: %s', async (_, path, isSigned) => {
    const { edge } = await site(withPlan)
    const response = await ask(isSigned ? signedUrl(edge + path) : edge + path)
    expect(response).toMatchObject({
      status: 403,
      headers: { ...managedHeaders, 'cache-control': 'no-store', 'x-amz-meta-once': 'page' },
      body: pages.html[403],
    })
    expect(response.headers).not.toHaveProperty('content-disposition')
    expect(response.headers).not.toHaveProperty('x-once')
  })

  test('the pages themselves have the same headers', async () => {
    const { edge } = await site(withPlan)
    const response = await ask(edge + errorPagePath(403))
    expect(response).toMatchObject({ status: 200, headers: { ...managedHeaders, 'x-amz-meta-once': 'page' } })
  })

  test('a function that fails otherwise shows nothing either', async () => {
    const broken = createPinnedVersion('function handler() { return undefined }')
    const { edge } = await site({ ...withPlan, pinnedVersion: broken })
    expect(await ask(signedUrl(`${edge}/f`))).toMatchObject({ status: 502 })
    const internal = removedContentHeaders.filter(name => name.startsWith('x-amz-'))
    for (const name of internal) expect((await ask(signedUrl(`${edge}/f`))).headers).not.toHaveProperty(name)
  })
})
