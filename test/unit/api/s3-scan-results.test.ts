import type { IncomingMessage } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { s3ScanResults } from '../../../api/adapters/s3-scan-results.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import type { ObjectKey, VersionId } from '../../../shared/object-key.ts'
import { serveHere } from '../../support/machine/serve.ts'

afterEach(() => void vi.restoreAllMocks())

// What S3 responds otherwise is in test/system/contract/scan-results.test.ts.

const key = 'a b/ü+&%.pdf' as ObjectKey
const versionId = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as VersionId
const tagsOf = (...tags: readonly (readonly [string, string])[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${tags.map(([name, value]) => `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`
const listOf = (keys: readonly string[], isTruncated = false) =>
  `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${keys.map(name => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`).join('')}</ListBucketResult>`

/** Makes an S3 that responds to each request with a status and a body, or never if there is no status. */
async function resultsAt(respond: (request: IncomingMessage) => readonly [status: number, body?: string] | undefined) {
  const requests: string[] = []
  const { origin } = await serveHere((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const [status, body = ''] = respond(request) ?? []
    if (status !== undefined) response.writeHead(status, { 'x-amz-version-id': versionId }).end(body)
  })
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
  const config = { region: 'eu-west-1', endpoint: origin, forcePathStyle: true, credentials }
  return { ...s3ScanResults(s3Requests('content', config)), requests }
}

const clean = ['GuardDutyMalwareScanStatus', 'NO_THREATS_FOUND'] as const

test('asks for the tags of an object, or of the version that is named', async () => {
  const { find, requests } = await resultsAt(() => [200, tagsOf(clean)])
  expect(await find({ key })).toEqual({ versionId, result: 'NO_THREATS_FOUND' })
  expect(await find({ key, versionId })).toEqual({ versionId, result: 'NO_THREATS_FOUND' })
  const path = 'GET /content/a%20b/%C3%BC%2B%26%25.pdf?tagging='
  expect(requests).toEqual([path, `${path}&versionId=${versionId}`])
})

test.each([
  ['no tags', tagsOf(), undefined],
  ['other tags', tagsOf(['colour', 'NO_THREATS_FOUND'], ['x', 'GuardDutyMalwareScanStatus']), undefined],
  ['the tag among others', tagsOf(['a', 'b'], ['GuardDutyMalwareScanStatus', 'THREATS_FOUND'], clean), 'THREATS_FOUND'],
  ['a tag whose name only ends like it', tagsOf(['MyGuardDutyMalwareScanStatus', 'NO_THREATS_FOUND']), undefined],
  ['a tag whose value has its name', tagsOf(['a', '&lt;Key&gt;GuardDutyMalwareScanStatus&lt;/Key&gt;']), undefined],
  ['white space between', tagsOf(clean).replaceAll('><', '>\n  <'), 'NO_THREATS_FOUND'],
  ['an empty value', tagsOf(['GuardDutyMalwareScanStatus', '']), undefined],
  ['a value that is no result', tagsOf(['GuardDutyMalwareScanStatus', 'NO_THREATS_FOUND!']), undefined],
  ['no XML', 'NO_THREATS_FOUND', undefined],
  ['nothing', '', undefined],
  ['a part of the XML', tagsOf(clean).slice(0, -60), undefined],
])('in a response with %s finds the right result, or none', async (_, body, result) => {
  const { find } = await resultsAt(() => [200, body])
  expect(await find({ key })).toEqual({ versionId, result })
})

test('a list asks for a thousand keys, encoded, and decodes them', async () => {
  const names = ['a+b/c%2Bd.ts', 'a+b/%C3%BC%26%25.ts', 'a+b/%F0%9F%98%80.ts', 'a+b/', 'a+b/folder/']
  const { keysIn, requests } = await resultsAt(() => [200, listOf(names)])
  expect(await keysIn('a b/ü+&%/')).toEqual(['a b/c+d.ts', 'a b/ü&%.ts', 'a b/😀.ts'])
  expect(requests).toEqual([
    'GET /content/?encoding-type=url&list-type=2&max-keys=1000&prefix=a%20b%2F%C3%BC%2B%26%25%2F',
  ])
})

test('a truncated list gives no keys', async () => {
  const { keysIn } = await resultsAt(() => [200, listOf(['a'], true)])
  expect(await keysIn('a/')).toBeUndefined()
})

test.each([
  ['malformed keys', listOf(['%E0%A4'])],
  ['no list', 'not even XML'],
  ['an empty body', ''],
  ['a part of a list', listOf(['a', 'b']).slice(0, -40)],
])('a list with %s rejects: it must not pass for a folder without files', async (_, body) => {
  const { keysIn } = await resultsAt(() => [200, body])
  await expect(keysIn('a/')).rejects.toThrow()
})

test.each([
  ['a key that S3 does not have', [404]],
  ['a version that S3 does not have, or of a delete marker', [405]],
  ['a version that this bucket can not have', [400, 200]],
  ['a version that this bucket can not have, of no object', [400, 404]],
])('%s is missing', async (_, statuses: readonly number[]) => {
  const left = [...statuses]
  const { find } = await resultsAt(() => [left.shift() ?? 500, tagsOf(clean)])
  expect(await find({ key, versionId })).toBe('missing')
  expect(left).toEqual([])
})

test.each([301, 400, 403, 503])('%d rejects', async status => {
  const { find, keysIn } = await resultsAt(() => [status, tagsOf(clean)])
  await expect(find({ key, versionId })).rejects.toThrow(`${status}`)
  await expect(keysIn('a/')).rejects.toThrow(`${status}`)
})

test('a list of a bucket that S3 does not have rejects', async () => {
  const { keysIn } = await resultsAt(() => [404, listOf([])])
  await expect(keysIn('a/')).rejects.toThrow('404')
})

test('after an error of S3, a second attempt finds the result, and there is no third', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  let errors = 1
  const { find, keysIn, requests } = await resultsAt(() => [(errors -= 1) >= 0 ? 503 : 200, tagsOf(clean)])
  expect(await find({ key })).toMatchObject({ result: 'NO_THREATS_FOUND' })
  expect(requests).toHaveLength(2)
  errors = 9
  await expect(find({ key })).rejects.toThrow()
  expect(requests).toHaveLength(4)
  await expect(keysIn('a/')).rejects.toThrow()
  expect(requests).toHaveLength(6)
})

test('if S3 does not respond, it rejects after the second attempt, within 3 seconds', async () => {
  const { find, requests } = await resultsAt(() => undefined)
  const startedAt = performance.now()
  await expect(find({ key })).rejects.toThrow()
  expect(performance.now() - startedAt).toBeLessThan(3500)
  expect(requests).toHaveLength(2)
})
