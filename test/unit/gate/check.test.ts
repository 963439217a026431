import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gateEvent } from '../../../emulator/cloudfront/gate.ts'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { decisionOf, gate, gateCode, gateRequest } from '../../support/gate.ts'
import { gateCases } from '../../support/gate-cases.ts'

const run = loadFunction(gateCode)

/** Returns an event with the names of parameters and cookies in lower case, as older pages of AWS describe it. */
function withLowerCaseNames(event: ReturnType<typeof gateEvent>) {
  const lower = (values: object) =>
    Object.fromEntries(Object.entries(values).map(([name, entry]) => [name.toLowerCase(), entry as unknown]))
  const { querystring, cookies } = event.request
  return { ...event, request: { ...event.request, querystring: lower(querystring), cookies: lower(cookies) } }
}

describe('a request for content', () => {
  test.each(gateCases)('%s', (_, viewer, decision) => {
    expect(decisionOf(gate(gateRequest(viewer), 'request-1'))).toBe(decision)
  })

  // Of two spellings of a name, CloudFront then makes one entry with two values, which is another event.
  const spelledOnce = gateCases.filter(([name]) => name !== 'a name in two spellings')
  test.each(spelledOnce)('%s, if CloudFront sends names in lower case', (_, viewer, decision) => {
    const { value, isRequest } = run(withLowerCaseNames(gateEvent(gateRequest(viewer), 'request-1')))
    expect(isRequest ? 'pass' : JSON.parse((value as { body: string }).body)).toEqual(
      decision === 'pass' ? 'pass' : expect.objectContaining({ reason: decision }),
    )
  })
})

describe('the access log names', () => {
  const id = 'AAAAAAAAAAAAAAAAAAAAAA'
  const signed = 'Policy=p&Signature=s&Key-Pair-Id=k&Hash-Algorithm=SHA256'
  const loggedFor = (query: string) => run(gateEvent(gateRequest({ url: `/x?${query}` }), 'request-1')).logged

  test.each([
    ['the link and the size that the URL names', `l=${id}&s=4200000&${signed}`, `${id}.4200000`],
    ['the link alone, if the URL names no size', `l=${id}&${signed}`, id],
    ['no size that is no number', `l=${id}&s=1e9&${signed}`, id],
    ['no link that is no id', `l=${id}x&${signed}`, undefined],
    ['no link where the URL names none', signed, undefined],
    ['no link of a refused request', `l=${id}&c=${'c'.repeat(22)}&${signed}`, undefined],
    ['no link of a request with a stranger’s parameter', `l=${id}&x=1&${signed}`, undefined],
    ['no link of a request that names two', `l=${id}&L=${id}&${signed}`, undefined],
  ])('%s', (_, query, logged) => {
    expect(loggedFor(query)).toBe(logged)
  })
})

describe('fails closed', () => {
  const refused = gateCases.filter(([, , decision]) => decision !== 'pass' && decision !== 'altered')
  const events = refused.map(([, viewer]) => gateEvent(gateRequest(viewer), 'request-1'))
  const parts = ['viewer', 'viewer.ip', 'request.headers', 'request.headers.once-client', 'request.cookies'] as const
  const parameters = ['l', 'a', 'c'].flatMap(name => [name, `${name}.value`, `${name}.multiValue`])
  const paths = [...parts, ...parameters.map(name => `request.querystring.${name}`)].map(path => path.split('.'))

  test('a malformed part of an event lets no one pass who would not pass without it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.constantFrom(...paths), fc.jsonValue(), (event, path, value) => {
        const malformed = structuredClone(event)
        const parent = path.slice(0, -1).reduce<unknown>((at, name) => Object(at)[name], malformed)
        fc.pre(Object(parent) === parent)
        Object.assign(parent as object, { [path.at(-1) ?? '']: value })
        let passes = false
        try {
          passes = run(malformed).isRequest
        } catch {
          // CloudFront responds with 503.
        }
        expect(passes, JSON.stringify(malformed)).toBe(false)
      }),
      { numRuns: 20_000 },
    )
  })

  test.each([{}, { viewer: {} }, { request: {} }, { viewer: { ip: '203.0.113.7' }, request: { querystring: null } }])(
    'an event without its parts is an error: %j',
    event => {
      expect(() => run(event)).toThrow('Cannot')
    },
  )
})
