import { about } from './about.ts'
import { answerSchemas, headers, parameters, requestSchemas } from './components.ts'
import { nameOf, operations } from './document.ts'
import { type Operation, refusalsOf, type Success } from './operation.ts'

/** A schema, as far as the page tells of it. */
interface Told {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Told>>
  readonly items?: Told
  readonly anyOf?: readonly Told[]
  readonly oneOf?: readonly Told[]
}

const schemas: Readonly<Record<string, Told>> = { ...requestSchemas, ...answerSchemas }

/** The document as a page for people, in Markdown. */
export function apiPage(): string {
  const { info, tags } = about
  const sections = tags.flatMap(({ name, description }) => {
    const ours = operations.filter(({ tag }) => tag === name)
    return [`## ${name}`, description, ...ours.flatMap(sectionOf)]
  })
  const origin = 'Made by `npm run openapi` from `openapi/`; for programs: [openapi.json](openapi.json).'
  const shapes = Object.entries(schemas).flatMap(([name, schema]) => [`### ${name}`, ...shapeOf(schema)])
  const parts = [
    '# The API',
    origin,
    info.description,
    ...sections,
    '## Headers',
    headersTold(),
    '## Bodies',
    ...shapes,
  ]
  return `${parts.join('\n\n')}\n`
}

function sectionOf(operation: Operation): readonly string[] {
  const { method, path, summary, description, body, successes } = operation
  const given = Object.entries(body?.examples ?? {}).flatMap(([, example]) => shown(example))
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${summary}. ${description}`,
    ...parametersOf(operation),
    ...(body === undefined ? [] : [`The body is ${linkTo(body.schema)}.`, ...given]),
    ...successes.flatMap(answerOf),
    ...refusalsIn(operation),
  ]
}

function parametersOf({ parameters: names }: Operation): readonly string[] {
  if (names.length === 0) return []
  const rows = names.map(name => {
    const { name: spelled = name, in: place = '', description = '' } = parameters[name] ?? {}
    return [`\`${spelled}\``, place, description]
  })
  return [table(['parameter', 'in', 'meaning'], rows)]
}

function answerOf({ status, description, schema, headers: names = [], examples = {}, alsoHtml }: Success) {
  const body = schema === undefined ? '' : ` The body is ${linkTo(schema)}${alsoHtml === true ? ', or a page' : ''}.`
  const along = names.length === 0 ? '' : ` With ${names.map(name => `\`${spellingOf(name)}\``).join(', ')}.`
  return [`**${status}** ${description}${body}${along}`, ...Object.values(examples).flatMap(shown)]
}

function spellingOf(header: string): string {
  return header === 'SignedUrl' ? 'Location' : header
}

function headersTold(): string {
  const rows = Object.entries(headers).map(([name, { description }]) => [`\`${spellingOf(name)}\``, description])
  return table(['header', 'meaning'], rows)
}

function refusalsIn(operation: Operation): readonly string[] {
  if (refusalsOf(operation).length === 0) return ['Never refused.']
  const rows = refusalsOf(operation)
    .filter(({ reason }) => reason !== 'gateway')
    .map(({ reason, status, title, detail }) => [`\`${reason}\``, `${status}`, `${title}. ${detail}`])
  return ['Refused, the upper reason first:', table(['reason', 'status', 'what is said'], rows)]
}

function shapeOf(schema: Told): readonly string[] {
  const rows = fieldsOf(schema, '').map(({ path, isRequired, field }) => [
    `\`${path}\`${isRequired ? '' : ' (optional)'}`,
    typeOf(field),
    field.description ?? '',
  ])
  return [...(schema.description === undefined ? [] : [schema.description]), table(['field', 'type', 'meaning'], rows)]
}

/** A field with the names that lead to it. */
interface Field {
  readonly path: string
  readonly isRequired: boolean
  readonly field: Told
}

function fieldsOf({ properties = {}, required = [] }: Told, before: string): readonly Field[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${before}${name}`
    return [{ path, isRequired: required.includes(name), field }, ...below(field, path)]
  })
}

/** The fields of what is in a field, unless that has a section of its own. */
function below(field: Told, path: string): readonly Field[] {
  if (nameOf(field) !== undefined) return []
  if (field.items !== undefined) return below(field.items, `${path}[]`)
  if (field.oneOf !== undefined) return []
  return fieldsOf(field, `${path}.`)
}

function typeOf(schema: Told): string {
  const name = nameOf(schema)
  if (name !== undefined) return linkTo(name)
  if (schema.anyOf !== undefined) return eitherOf(schema.anyOf.map(typeOf))
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

/** Any string beside some that are listed is any string. */
function eitherOf(types: readonly string[]): string {
  return types.includes('string') ? 'string' : types.join(', ')
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`
}

function shown({ summary, value }: { readonly summary: string; readonly value: object }): readonly string[] {
  return [`${summary}:`, `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``]
}

/** A table whose columns are as wide as their cells, but for the last one. */
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
