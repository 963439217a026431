import { about } from './about.ts'
import { headers, parameters, requestSchemas, responseSchemas } from './components.ts'
import { nameOf, operations } from './document.ts'
import { type Operation, refusalsOf, type Success } from './operation.ts'

/** Fields of a schema that the page shows. */
interface PageSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, PageSchema>>
  readonly items?: PageSchema
  readonly anyOf?: readonly PageSchema[]
  readonly oneOf?: readonly PageSchema[]
}

const schemas: Readonly<Record<string, PageSchema>> = { ...requestSchemas, ...responseSchemas }

/** Makes the text of docs/api.md: the document as a Markdown page. */
export function apiPage(): string {
  const { info, tags } = about
  const sections = tags.flatMap(({ name, description }) => {
    const withTag = operations.filter(({ tag }) => tag === name)
    return [`## ${name}`, description, ...withTag.flatMap(sectionOf)]
  })
  const source = 'Made by `npm run openapi` from `openapi/`. For programs: [openapi.json](openapi.json).'
  const shapes = Object.entries(schemas).flatMap(([name, schema]) => [`### ${name}`, ...shapeOf(schema)])
  const parts = [
    '# The API',
    source,
    info.description,
    ...sections,
    '## Headers',
    headerTable(),
    '## Bodies',
    ...shapes,
  ]
  return `${parts.join('\n\n')}\n`
}

function sectionOf(operation: Operation): readonly string[] {
  const { method, path, summary, description, body, successes } = operation
  const bodyExamples = Object.values(body?.examples ?? {}).flatMap(exampleBlock)
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${summary}. ${description}`,
    ...parametersOf(operation),
    ...(body === undefined ? [] : [`The body is ${linkTo(body.schema)}.`, ...bodyExamples]),
    ...successes.flatMap(successOf),
    ...refusalTable(operation),
  ]
}

function parametersOf({ parameters: names }: Operation): readonly string[] {
  if (names.length === 0) return []
  const rows = names.map(name => {
    const { name: httpName = name, in: place = '', description = '' } = parameters[name] ?? {}
    return [`\`${httpName}\``, place, description]
  })
  return [table(['parameter', 'in', 'meaning'], rows)]
}

function successOf({ status, description, schema, headers: names = [], examples = {}, alsoHtml }: Success) {
  const body = schema === undefined ? '' : ` The body is ${linkTo(schema)}${alsoHtml === true ? ', or a page' : ''}.`
  const headerList = names.length === 0 ? '' : ` Headers: ${names.map(name => `\`${httpNameOf(name)}\``).join(', ')}.`
  return [`**${status}** ${description}${body}${headerList}`, ...Object.values(examples).flatMap(exampleBlock)]
}

function httpNameOf(header: string): string {
  return header === 'SignedUrl' ? 'Location' : header
}

function headerTable(): string {
  const rows = Object.entries(headers).map(([name, { description }]) => [`\`${httpNameOf(name)}\``, description])
  return table(['header', 'meaning'], rows)
}

function refusalTable(operation: Operation): readonly string[] {
  if (refusalsOf(operation).length === 0) return ['Never refused.']
  const rows = refusalsOf(operation)
    .filter(({ reason }) => reason !== 'gateway')
    .map(({ reason, status, title, detail }) => [`\`${reason}\``, `${status}`, `${title}. ${detail}`])
  return ['Refusals, in order of precedence:', table(['reason', 'status', 'title and detail'], rows)]
}

function shapeOf(schema: PageSchema): readonly string[] {
  const rows = fieldsOf(schema, '').map(({ path, isRequired, field }) => [
    `\`${path}\`${isRequired ? '' : ' (optional)'}`,
    typeOf(field),
    field.description ?? '',
  ])
  return [...(schema.description === undefined ? [] : [schema.description]), table(['field', 'type', 'meaning'], rows)]
}

/** A field with its path, such as `errors[].field`. */
interface Field {
  readonly path: string
  readonly isRequired: boolean
  readonly field: PageSchema
}

function fieldsOf({ properties = {}, required = [] }: PageSchema, before: string): readonly Field[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${before}${name}`
    return [{ path, isRequired: required.includes(name), field }, ...nestedFields(field, path)]
  })
}

/** Returns the fields inside of a field, unless its schema has a section of its own. */
function nestedFields(field: PageSchema, path: string): readonly Field[] {
  if (nameOf(field) !== undefined) return []
  if (field.items !== undefined) return nestedFields(field.items, `${path}[]`)
  if (field.oneOf !== undefined) return []
  return fieldsOf(field, `${path}.`)
}

function typeOf(schema: PageSchema): string {
  const name = nameOf(schema)
  if (name !== undefined) return linkTo(name)
  if (schema.anyOf !== undefined) return unionOf(schema.anyOf.map(typeOf))
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined && schema.enum.length > 8) return `string, one of ${schema.enum.length}`
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${JSON.stringify(value)}\``).join(', ')
  if (schema.items !== undefined) {
    const items = (schema.items.oneOf ?? [schema.items]).map(nameOf)
    return items.includes(undefined) ? 'list' : `list of ${items.map(item => linkTo(item ?? '')).join(' or ')}`
  }
  const type = typeof schema.type === 'string' ? schema.type : (schema.type ?? []).join(' or ')
  return schema.format === undefined ? type : `${type}, ${schema.format}`
}

/** A listed string or any other is any string. */
function unionOf(types: readonly string[]): string {
  return types.includes('string') ? 'string' : types.join(', ')
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`
}

function exampleBlock({ summary, value }: { readonly summary: string; readonly value: object }): readonly string[] {
  return [`${summary}:`, `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``]
}

/** Makes a Markdown table. All columns except the last are padded to the same width. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')))
  const widths = head.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)))
  const padded = cells.map(row =>
    row.map((cell, column) => (column < head.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell)),
  )
  const rule = head.map((_, column) => (column < head.length - 1 ? '-'.repeat(widths[column] ?? 3) : '---'))
  const [first = [], ...others] = padded
  return [first, rule, ...others].map(row => `| ${row.join(' | ')} |`).join('\n')
}
