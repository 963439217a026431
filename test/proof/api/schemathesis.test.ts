import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openapiDocument } from '../../../tools/openapi/document.ts'
import { exampleLinks } from '../../../tools/openapi/examples.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { oneOrigin, type Origins, type PassingResponse } from '../../support/api/one-origin.ts'
import { missingPython } from '../../support/machine/python.ts'
import { type FuzzOptions, type FuzzResult, runSchemathesis } from '../../support/api/schemathesis.ts'

/** `SCHEMATHESIS_SEED=N` runs with another one. */
const seed = Number(process.env['SCHEMATHESIS_SEED'] ?? 20261124)

/** Keys in the examples of the document, and one that no example has. */
const objects = [...Object.values(exampleLinks).flatMap(({ value }) => ('key' in value ? value.key : [])), 'report.pdf']

const homeRegions = ['us-east-1'] as const

/** Makes a folder with all objects. */
function bucket(): string {
  const folder = temporaryFolder()
  for (const key of objects) {
    mkdirSync(dirname(join(folder, key)), { recursive: true })
    writeFileSync(join(folder, key), key)
  }
  return folder
}

/** Runs schemathesis against the handlers that ship, at an edge and in an API that requires a token. */
async function fuzz(
  options: Pick<FuzzOptions, 'examples' | 'seconds' | 'args'> & Partial<Pick<FuzzOptions, 'seed'>>,
  broken: (token: string) => Partial<Origins> = () => ({}),
): Promise<FuzzResult> {
  const { api, edges, token } = await emulatorHere({
    bucket: bucket(),
    regions: homeRegions,
    privateTo: temporaryFolder(),
  })
  const { text = '' } = token ?? {}
  const url = await oneOrigin({ api, edge: edges[homeRegions[0]] ?? '', ...broken(text) })
  const tokens = await Promise.all(Array.from({ length: 7 }, async () => handedOut(api, text)))
  return runSchemathesis({ url, token: text, tokens, objects, homeRegions, seed, ...options })
}

/** Returns the token of an upload that a link handed out. */
async function handedOut(api: string, token: string): Promise<string> {
  const post = async (url: string, headers: Readonly<Record<string, string>>, body?: string) => {
    const response = await fetch(url, { method: 'POST', headers, ...(body !== undefined && { body }) })
    return response.json() as Promise<{ readonly url: string; readonly token: string }>
  }
  const asJson = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const { url } = await post(`${api}/links`, asJson, '{"upload":{"maxBytes":1000000}}')
  return (await post(url, { accept: 'application/json', 'idempotency-key': 'a program' })).token
}

/** Replaces status and body of a response. */
function replaced(response: PassingResponse, status: number, body: object): PassingResponse {
  const bytes = Buffer.from(JSON.stringify(body))
  const at = response.headers.findIndex(text => text.toLowerCase() === 'content-length')
  return { ...response, status, headers: response.headers.with(at + 1, String(bytes.length)), body: bytes }
}

/** What is wrong with an API: the operation, the failure that it must cause there, and its response instead of the right one. */
interface Fault {
  readonly operation: string
  readonly title: string
  readonly isMet: (response: PassingResponse, body: Readonly<Record<string, unknown>>) => boolean
  readonly instead: (response: PassingResponse, body: Readonly<Record<string, unknown>>) => PassingResponse
}

const isShow = ({ method, path }: PassingResponse) => method === 'GET' && path.startsWith('/links/')
const listsWith = (status: number, part: string) => (response: PassingResponse) =>
  response.method === 'GET' && response.status === status && new RegExp(`^/links\\?.*${part}`).test(response.path)

const faults: readonly Fault[] = [
  {
    operation: 'GET /links',
    title: 'Server error',
    isMet: listsWith(200, 'state='),
    instead: response => replaced(response, 500, {}),
  },
  {
    operation: 'GET /links',
    title: 'Schema-violating request accepted',
    isMet: listsWith(400, ''),
    instead: response => replaced(response, 200, { links: [] }),
  },
  {
    operation: 'GET /links/{id}',
    title: 'Response violates schema',
    isMet: (response, { state }) => isShow(response) && state === 'live',
    instead: (response, body) => replaced(response, 200, { ...body, key: undefined }),
  },
  {
    operation: 'POST /exchange',
    title: 'Custom check failed: `refusals_are_explained`',
    isMet: ({ path, status }) => path === '/exchange' && status === 404,
    instead: response => replaced(response, 400, { status: 400, reason: 'idempotency-key-invalid' }),
  },
  {
    operation: 'POST /links',
    title: 'Response violates schema',
    isMet: ({ path, status }) => path === '/links' && status === 201,
    instead: (response, body) => replaced(response, 201, { ...body, table: 'links' }),
  },
  {
    operation: 'HEAD /d/{nonce}',
    title: 'Undocumented status code',
    isMet: ({ method }) => method === 'HEAD',
    instead: response => ({ ...response, status: 203 }),
  },
  {
    operation: 'GET /d/{nonce}',
    title: 'Undocumented Content-Type',
    isMet: ({ method, path, status }) => method === 'GET' && path.startsWith('/d/') && status === 404,
    instead: response => ({
      ...response,
      headers: response.headers.map(text => text.replace(/^.*(json|html).*$/, 'text/plain')),
    }),
  },
]

function withFaults(response: PassingResponse): PassingResponse {
  const isJson = /^[{]/.test(response.body.toString())
  const body = isJson ? (JSON.parse(response.body.toString()) as Record<string, unknown>) : {}
  const fault = faults.find(({ isMet }) => isMet(response, body))
  return fault === undefined ? response : fault.instead(response, body)
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
const requestsOf = (runs: readonly FuzzResult[]) => runs.reduce((total, { requests }) => total + sum(requests), 0)
const namesIn = (runs: readonly FuzzResult[], counts: 'requests' | 'responses' | 'steps') =>
  new Set(runs.flatMap(run => Object.keys(run[counts])))

/** Returns each success of the document, such as `issueLink 201`. */
function documentedSuccesses(): readonly string[] {
  const { paths } = openapiDocument() as { paths: Record<string, Record<string, Partial<DocumentedOperation>>> }
  return Object.values(paths)
    .flatMap(item => Object.values(item))
    .flatMap(({ operationId, responses = {} }) =>
      Object.keys(responses).flatMap(status => (Number(status) < 400 ? [`${operationId} ${status}`] : [])),
    )
}

interface DocumentedOperation {
  readonly operationId: string
  readonly responses: object
}

// The bounds are for a machine that does much else: alone, the first test takes half a minute.
describe.skipIf(missingPython !== undefined)('schemathesis, from docs/openapi.json', () => {
  test('finds no server error, no undocumented response, nothing wrong accepted and nothing right refused', async () => {
    const runs = [await fuzz({ examples: 60, seconds: 400 })]
    // Hypothesis gives up sequences that go another way when they are played again, so there may be few of them.
    while (requestsOf(runs) < 1000 && runs.length < 4) {
      runs.push(await fuzz({ examples: 60, seconds: 400, seed: seed + runs.length, args: ['--phases', 'stateful'] }))
    }
    for (const { failures, errors, output } of runs)
      expect({ failures, errors }, output).toEqual({ failures: [], errors: 0 })
    const operations = namesIn(runs, 'requests')
    expect(requestsOf(runs)).toBeGreaterThanOrEqual(1000)
    expect(operations.size).toBe(20)
    const missing = documentedSuccesses().filter(success => !namesIn(runs, 'responses').has(success))
    // Few sequences revoke a link after its use, and perhaps none. None sends a part to S3, without which no upload is complete.
    const rare = new Set(['revokeLink 200', 'completeUpload 200', 'completeReceived 200'])
    expect(missing.filter(success => !rare.has(success))).toEqual([])
    // Sequences follow the links of the document.
    const followed = ['issueLink 201', 'issueLinks 200', 'listLinks 200', 'showLink 200', 'revokeLink 204']
    expect([...namesIn(runs, 'steps')]).toEqual(expect.arrayContaining(followed))
  }, 900_000)

  test('finds every fault of an API that is broken on purpose, and one that needs no token', async () => {
    const args = ['--phases', 'examples,fuzzing,stateful', '--exclude-operation-id', 'issueLinks']
    const broken = (token: string) => ({ alter: withFaults, add: { authorization: `Bearer ${token}` } })
    const { failures, output } = await fuzz({ examples: 20, seconds: 200, args }, broken)
    const found = new Set(failures.flatMap(({ title, operations }) => operations.map(name => `${name}: ${title}`)))
    const expected = [...faults, { operation: 'GET /links/{id}', title: 'API accepts requests without authentication' }]
    const missed = expected.filter(({ operation, title }) => !found.has(`${operation}: ${title}`))
    expect(missed, output).toEqual([])
  }, 220_000)
})
