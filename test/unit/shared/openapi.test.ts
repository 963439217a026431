import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerSchemas, headers, requestSchemas } from '../../../openapi/components.ts'
import { openapiDocument, openapiText, operations } from '../../../openapi/document.ts'
import { exampleId, exampleIssued, exampleNonce } from '../../../openapi/examples.ts'
import { apiPage } from '../../../openapi/markdown.ts'
import { type ApiReason, apiRefusals } from '../../../shared/api-refusal.ts'
import { linkIdOf } from '../../../shared/link.ts'
import { parseNonce } from '../../../shared/nonce.ts'
import { reasons, refusalFor, uniformRefusal } from '../../../shared/refusal.ts'
import { regionOfCode } from '../../../shared/regions.ts'
import { problemDocument } from '../../../shared/schemas/problem.ts'
import { type EpochSeconds, rfc3339 } from '../../../shared/time.ts'
import { apiOperations, operationAt, schemaFault } from '../../support/documented.ts'
import { testEdge } from '../../support/edge.ts'
import { makeLink } from '../../support/links.ts'
import { viewerRequest } from '../../support/viewer-request.ts'

const inDocs = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')

describe('the documents', () => {
  test('docs/openapi.json is what `npm run openapi` would write now', () => {
    expect(inDocs('openapi.json')).toBe(openapiText())
  })

  test('docs/api.md is what `npm run openapi` would write now', () => {
    expect(inDocs('api.md')).toBe(apiPage())
  })

  test('have the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(openapiDocument()).toMatchObject({ info: { version } })
  })

  test('every link inside docs/api.md leads to a heading', () => {
    const page = inDocs('api.md')
    const headings = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text.toLowerCase()))
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    expect(links.length).toBeGreaterThan(10)
    for (const anchor of links) expect(headings).toContain(anchor)
  })
})

describe('the refusals in the document', () => {
  const told = (apiOrLinks: 'apiReasons' | 'reasons') => new Set(operations.flatMap(each => each[apiOrLinks]))

  test('are all there are, with their status, in order of precedence', () => {
    const { 'x-refusals': listed } = openapiDocument() as { 'x-refusals': unknown }
    expect(listed).toEqual({
      api: Object.entries(apiRefusals).map(([reason, { status }]) => ({ reason, status })),
      links: reasons.map(reason => ({ reason, status: refusalFor(reason).status })),
    })
  })

  test('each stand at an operation that may give it; two are given for what is no operation', () => {
    const ofNoOperation: ApiReason[] = ['no-such-route', 'method-not-allowed']
    expect([...told('apiReasons'), ...ofNoOperation].toSorted()).toEqual(Object.keys(apiRefusals).toSorted())
    expect([...told('reasons'), 'method-not-allowed'].toSorted()).toEqual(reasons.toSorted())
  })

  test('stand in order of precedence everywhere', () => {
    for (const { apiReasons, reasons: ofLinks } of operations) {
      expect(apiReasons).toEqual(Object.keys(apiRefusals).filter(reason => apiReasons.some(each => each === reason)))
      expect(ofLinks).toEqual(reasons.filter(reason => ofLinks.includes(reason)))
    }
  })

  test('of API Gateway stand wherever it may refuse: bodies where there are any, and by default everywhere', () => {
    const isThere = (operation: (typeof all)[number]['operation'], status: string) =>
      operation.responses[status]?.content?.['application/problem+json']?.examples?.['gateway'] !== undefined
    const all = apiOperations()
    for (const { operation, method, template } of all) {
      const told = Object.keys(operation.responses).filter(status => isThere(operation, status))
      const ofBodies = operation.requestBody === undefined ? [] : ['400', '413']
      expect(told, `${method} ${template}`).toEqual([...ofBodies, '403', '429'].toSorted())
      const others = operation.responses['default']?.content?.['application/problem+json']?.schema.$ref
      expect(others).toBe('#/components/schemas/ProblemDocument')
    }
    expect(all).toHaveLength(6)
  })

  test('are listed for the reason of a problem, which may still be another', () => {
    const problem = (reason: unknown) => ({ type: 'urn:x', title: '', status: 400, detail: '', reason, requestId: '' })
    const [known] = problemDocument.properties.reason.anyOf
    const all = [...Object.keys(apiRefusals), ...reasons, 'not-redeemable', 'gateway']
    expect(known.enum.toSorted()).toEqual([...new Set(all)].toSorted())
    expect(schemaFault('ProblemDocument', problem('of-a-later-version'))).toBeUndefined()
    expect(schemaFault('ProblemDocument', problem(7))).toContain('reason')
  })

  test('are told in the words of the tables', () => {
    const words = (status: number, reason: string) => {
      const { content } = operationAt('POST', '/exchange')?.responses[String(status)] ?? {}
      return content?.['application/problem+json']?.examples?.[reason]?.value
    }
    const { aboutTheNonce: _, ...spent } = refusalFor('spent')
    expect(words(403, 'spent')).toMatchObject(spent)
    expect(words(415, 'not-json')).toMatchObject(apiRefusals['not-json'])
    expect(words(403, uniformRefusal.reason)).toMatchObject({ title: uniformRefusal.title })
  })
})

describe('the examples in the document', () => {
  test('show one link throughout: its nonce could be one, and says what is shown of it', () => {
    const bytes = Buffer.from(parseNonce(exampleNonce)!, 'base64url')
    expect(linkIdOf(parseNonce(exampleNonce)!)).toBe(exampleId)
    expect(bytes.toString('base64url')).toBe(exampleNonce)
    expect(regionOfCode(bytes[2] ?? 0)).toBe(exampleIssued.homeRegion)
    expect(rfc3339(bytes.readUInt32BE(3) as EpochSeconds)).toBe(exampleIssued.expiresAt)
  })

  test('show the cookie as the edge sends it', async () => {
    const edge = testEdge()
    const { nonce, link } = makeLink({ state: 'live', confirm: 'required' }, { confirm: true })
    await edge.store.links.put(link, link.homeRegion)
    const { headers: sent } = await edge.open(viewerRequest({ uri: `/d/${nonce}`, headers: { Accept: 'text/html' } }))
    const cookie = sent?.['set-cookie']?.[0]?.value.replace(/=[^;]*/, '=_')
    expect(headers['Set-Cookie']?.example).toBe(cookie)
  })
})

describe('the schemas in the document', () => {
  test('are right themselves, and all examples are right by them', () => {
    let examples = 0
    for (const { operation } of apiOperations()) {
      const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap(part =>
        Object.values(part?.content ?? {}),
      )
      for (const { schema, examples: named = {} } of contents) {
        for (const { value } of Object.values(named)) {
          examples += 1
          expect(schemaFault(schema.$ref?.split('/').at(-1) ?? '', value)).toBeUndefined()
        }
      }
    }
    expect(examples).toBeGreaterThan(40)
    for (const name of Object.keys({ ...requestSchemas, ...answerSchemas }))
      expect(schemaFault(name, 7)).toContain(name)
  })

  test('say for every field of a request what is allowed in it, for errors, and what it means', () => {
    for (const { properties } of Object.values(requestSchemas)) {
      for (const [name, field] of Object.entries(properties)) {
        expect(field, name).toHaveProperty('x-allowed', expect.stringMatching(/./))
        expect(field, name).toHaveProperty('description', expect.stringMatching(/./))
      }
    }
  })

  test('refuse in requests what they do not name, and leave answers open to more', () => {
    const { components } = openapiDocument() as { components: { schemas: Record<string, object> } }
    for (const name of Object.keys(requestSchemas))
      expect(components.schemas[name]).toHaveProperty('additionalProperties', false)
    for (const name of Object.keys(answerSchemas)) {
      expect(JSON.stringify(components.schemas[name]), name).not.toContain('"additionalProperties":false')
    }
  })
})
