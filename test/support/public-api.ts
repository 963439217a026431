import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, type Span, type Statement } from 'oxc-parser'

/** A declaration file, with what it declares and what it passes on, by name. */
interface Declarations {
  readonly declared: ReadonlyMap<string, string>
  /** Module and name there, by exported name. */
  readonly passedOn: ReadonlyMap<string, readonly [module: string, name: string]>
}

/**
 * Returns what a package declares as public, with comments, sorted by name: a page whose changes show every change of the API.
 *
 * @param folder has the declaration files, `.d.ts`, beside each other
 * @param entry name of the file that its users import, such as `client.d.ts`
 */
export function publicApi(folder: string, entry: string): string {
  const file = declarationsIn(readFileSync(join(folder, entry), 'utf8'))
  const names = [...file.declared.keys(), ...file.passedOn.keys()].toSorted()
  return names.map(name => declarationOf(name, file, folder)).join('\n\n')
}

function declarationOf(name: string, { declared, passedOn }: Declarations, folder: string): string {
  const own = declared.get(name)
  if (own !== undefined) return own
  const [module, nameThere] = passedOn.get(name) ?? []
  if (module?.startsWith('./') !== true || nameThere === undefined) throw new Error(`${name} is declared nowhere`)
  const text = readFileSync(join(folder, module.replace(/\.js$/, '.d.ts')), 'utf8')
  return declarationOf(nameThere, declarationsIn(text), folder)
}

function declarationsIn(text: string): Declarations {
  const { program, comments } = parseSync('file.d.ts', text)
  const declared = new Map<string, string>()
  const passedOn = new Map<string, readonly [string, string]>()
  const imported = new Map<string, readonly [string, string]>()
  for (const statement of program.body) {
    for (const [name, from] of importsIn(statement)) imported.set(name, from)
    for (const [name, from] of exportsIn(statement, imported)) passedOn.set(name, from)
    for (const name of namesIn(statement)) declared.set(name, withComment(text, statement, comments))
  }
  return { declared, passedOn }
}

function importsIn(statement: Statement): readonly (readonly [string, readonly [string, string]])[] {
  if (statement.type !== 'ImportDeclaration') return []
  return statement.specifiers.flatMap(each => {
    if (each.type !== 'ImportSpecifier') return []
    return [[each.local.name, [statement.source.value, textOf(each.imported)]] as const]
  })
}

/** Exports of other modules; an export of an import counts as one. */
function exportsIn(statement: Statement, imported: ReadonlyMap<string, readonly [string, string]>) {
  if (statement.type !== 'ExportNamedDeclaration') return []
  const { source, specifiers } = statement
  return specifiers.flatMap(({ local, exported }) => {
    const from = source === null ? imported.get(textOf(local)) : ([source.value, textOf(local)] as const)
    return from === undefined ? [] : [[textOf(exported), from] as const]
  })
}

function namesIn(statement: Statement): readonly string[] {
  if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return []
  const { declaration } = statement
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  }
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : []
}

function textOf(name: { readonly name: string } | { readonly value: string }): string {
  return 'name' in name ? name.name : name.value
}

/** Returns the text of a statement, after the comment right before it. */
function withComment(text: string, { start, end }: Span, comments: readonly Span[]): string {
  const comment = comments.findLast(each => each.end <= start)
  const isIts = comment !== undefined && text.slice(comment.end, start).trim() === ''
  return text.slice(isIts ? comment.start : start, end)
}
