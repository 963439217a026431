import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { headers, requestSchemas, responseSchemas } from '../../../tools/openapi/components.ts'
import { openapiDocument, openapiText } from '../../../tools/openapi/document.ts'
import { exampleId, exampleIssued, exampleNonce } from '../../../tools/openapi/examples.ts'
import { pagesWithOptions, withOptionTable } from '../../../tools/openapi/option-tables.ts'
import { linkIdOf } from '../../../shared/link.ts'
import { parseNonce } from '../../../shared/nonce.ts'
import { regionOfCode } from '../../../shared/regions.ts'
import { type EpochSeconds, rfc3339 } from '../../../shared/time.ts'
import { apiOperations, schemaFault } from '../../support/machine/documented.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { makeLink } from '../../support/table/links.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const inDocs = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')

describe('the documents', () => {
  test('docs/openapi.json is what `npm run openapi` writes', () => {
    expect(inDocs('openapi.json')).toBe(openapiText())
  })

  test.each(pagesWithOptions)('docs/%s has the table of the options that it writes', page => {
    expect(inDocs(page)).toBe(withOptionTable(page, inDocs(page)))
  })
})

describe('the refusals in the document', () => {
  test('of API Gateway are in every operation of the API, those of bodies only where there is a body', () => {
    const isThere = (operation: (typeof all)[number]['operation'], status: string) =>
      operation.responses[status]?.content?.['application/problem+json']?.examples?.['gateway'] !== undefined
    const all = apiOperations()
    for (const { operation, method, template } of all) {
      const statuses = Object.keys(operation.responses).filter(status => isThere(operation, status))
      const ofBodies = operation.requestBody === undefined ? [] : ['400', '413']
      expect(statuses, `${method} ${template}`).toEqual([...ofBodies, '403', '429'].toSorted())
      const others = operation.responses['default']?.content?.['application/problem+json']?.schema.$ref
      expect(others).toBe('#/components/schemas/ProblemDocument')
    }
    expect(all).toHaveLength(16)
  })

  test('may later have other reasons, but no reason that is no text', () => {
    const problem = (reason: unknown) => ({ type: 'urn:x', title: '', status: 400, detail: '', reason, requestId: '' })
    expect(schemaFault('ProblemDocument', problem('of-a-later-version'))).toBeUndefined()
    expect(schemaFault('ProblemDocument', problem(7))).toContain('reason')
  })
})

describe('the examples in the document', () => {
  test('show the same link everywhere: its nonce is well-formed and has the claims that are shown', () => {
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
  test('are valid, and all examples are valid by them', () => {
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
    for (const name of Object.keys({ ...requestSchemas, ...responseSchemas }))
      expect(schemaFault(name, 7)).toContain(name)
  })

  test('have for every field of a request what is allowed, for errors, and a description', () => {
    for (const { properties } of Object.values(requestSchemas)) {
      for (const [name, field] of Object.entries(properties)) {
        expect(field, name).toHaveProperty('x-allowed', expect.stringMatching(/./))
        expect(field, name).toHaveProperty('description', expect.stringMatching(/./))
      }
    }
  })

  test('refuse unknown fields of requests, and allow unknown fields of responses', () => {
    const { components } = openapiDocument() as { components: { schemas: Record<string, object> } }
    for (const name of Object.keys(requestSchemas))
      expect(components.schemas[name]).toHaveProperty('additionalProperties', false)
    for (const name of Object.keys(responseSchemas)) {
      expect(JSON.stringify(components.schemas[name]), name).not.toContain('"additionalProperties":false')
    }
  })
})
