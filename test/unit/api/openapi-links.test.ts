import { describe, expect, test } from 'vitest'
import { openapiDocument } from '../../../openapi/document.ts'

interface Link {
  readonly operationId: string
  readonly parameters: Readonly<Record<string, string>>
}

interface Response {
  readonly links?: Readonly<Record<string, Link>>
  readonly content?: Readonly<
    Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
  >
}

interface Operation {
  readonly operationId: string
  readonly parameters: readonly { readonly $ref: string }[]
  readonly responses: Readonly<Record<string, Response>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly parameters: Readonly<Record<string, { readonly name: string }>> }
}

const { paths, components } = openapiDocument() as Document
const operations = Object.values(paths).flatMap(item => Object.values(item).filter(each => 'operationId' in each))

const namesOf = (operationId: string) =>
  operations
    .find(each => each.operationId === operationId)
    ?.parameters.map(({ $ref }) => components.parameters[$ref.split('/').at(-1) ?? '']?.name)

const links = operations.flatMap(from =>
  Object.entries(from.responses).flatMap(([status, response]) =>
    Object.entries(response.links ?? {}).map(
      ([name, link]) => [from.operationId, status, name, link, response] as const,
    ),
  ),
)

/** Returns what a pointer (RFC 6901) finds. */
function found(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], body)
}

describe('a link from a response of the document', () => {
  test.each(links)('%s %s %s names an operation and its parameters', (...[from, , , { operationId, parameters }]) => {
    expect(namesOf(operationId)).toEqual(expect.arrayContaining(Object.keys(parameters)))
    const requested = Object.values(parameters).flatMap(
      text => /^\$request\.(?:path|query)\.(.*)$/.exec(text)?.[1] ?? [],
    )
    expect(namesOf(from)).toEqual(expect.arrayContaining(requested))
  })

  test.each(links.filter(([, , name]) => name !== 'nextPage'))(
    '%s %s %s finds its values in the example of the response',
    (...[, , , { parameters }, { content }]) => {
      const [example] = Object.values(content?.['application/json']?.examples ?? {})
      const pointers = Object.values(parameters).flatMap(text => /^\$response\.body#(.*)$/.exec(text)?.[1] ?? [])
      expect(pointers.map(pointer => typeof found(example?.value, pointer))).toEqual(pointers.map(() => 'string'))
    },
  )
})
