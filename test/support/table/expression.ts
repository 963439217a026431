/** An attribute as DynamoDB writes it. Our items have these types only. */
export type Value = { readonly S: string } | { readonly N: string } | { readonly M: Item }

/** An item by attribute name. */
export interface Item {
  readonly [name: string]: Value
}

/** Input of an expression: the item, and the names and values of the placeholders. */
export interface Scope {
  readonly item: Item
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, Value>>
}

type Test = (scope: Scope) => boolean
type Operand = (scope: Scope) => Value | undefined

const conditions = new Map<string, Test>()
const updates = new Map<string, (scope: Scope) => Item>()

/**
 * Returns whether an item meets a condition expression. Supports as much of DynamoDB's language as our adapters use,
 * and throws at the rest; test/system/contract compares it with dynalite and DynamoDB Local.
 */
export function meets(expression: string, scope: Scope): boolean {
  const known = conditions.get(expression) ?? condition(tokensOf(expression))
  conditions.set(expression, known)
  return known(scope)
}

/**
 * Returns the item after an update expression of `SET` clauses. As in DynamoDB, every clause reads the item as it was
 * before.
 */
export function updated(expression: string, scope: Scope): Item {
  const known = updates.get(expression) ?? update(tokensOf(expression))
  updates.set(expression, known)
  return known(scope)
}

/** Tokens still to read, the next one last. */
type Tokens = string[]

function tokensOf(expression: string): Tokens {
  return [...expression.matchAll(/[#:]?\w+(?:\.#\w+)*|<=|>=|<>|[=<>(),+-]/g)].map(([token]) => token).toReversed()
}

function expect(tokens: Tokens, wanted: string): void {
  const token = tokens.pop()
  if (token !== wanted) throw new Error(`the expression has ${token} instead of ${wanted}`)
}

/** Reads the token if it is next, and returns whether it was. */
function skip(tokens: Tokens, wanted: string): boolean {
  if (tokens.at(-1) !== wanted) return false
  tokens.pop()
  return true
}

function condition(tokens: Tokens): Test {
  const test = either(tokens)
  if (tokens.length > 0) throw new Error(`the condition continues with ${tokens.at(-1)}`)
  return test
}

function either(tokens: Tokens): Test {
  const tests = [all(tokens)]
  while (skip(tokens, 'OR')) tests.push(all(tokens))
  return scope => tests.some(test => test(scope))
}

function all(tokens: Tokens): Test {
  const tests = [single(tokens)]
  while (skip(tokens, 'AND')) tests.push(single(tokens))
  return scope => tests.every(test => test(scope))
}

function single(tokens: Tokens): Test {
  if (skip(tokens, '(')) {
    const inner = either(tokens)
    expect(tokens, ')')
    return inner
  }
  if (skip(tokens, 'attribute_exists')) return existence(tokens, true)
  if (skip(tokens, 'attribute_not_exists')) return existence(tokens, false)
  if (skip(tokens, 'begins_with')) return beginning(tokens)
  return comparison(tokens)
}

function existence(tokens: Tokens, wanted: boolean): Test {
  expect(tokens, '(')
  const attribute = operand(tokens)
  expect(tokens, ')')
  return scope => (attribute(scope) !== undefined) === wanted
}

function beginning(tokens: Tokens): Test {
  const [attribute, start] = listOf(tokens)
  return scope => {
    const [value, prefix] = [attribute?.(scope), start?.(scope)]
    return value !== undefined && 'S' in value && prefix !== undefined && 'S' in prefix && value.S.startsWith(prefix.S)
  }
}

function comparison(tokens: Tokens): Test {
  const left = operand(tokens)
  const sign = tokens.pop()
  if (sign === 'IN') {
    const choices = listOf(tokens)
    return scope => choices.some(choice => isEqual(left(scope), choice(scope)))
  }
  const right = operand(tokens)
  switch (sign) {
    case '=':
      return scope => isEqual(left(scope), right(scope))
    case '>':
      return scope => numberOf(left(scope)) > numberOf(right(scope))
    case '<':
      return scope => numberOf(left(scope)) < numberOf(right(scope))
    case '>=':
      return scope => numberOf(left(scope)) >= numberOf(right(scope))
    case '<>':
      return scope => !isEqual(left(scope), right(scope))
    case '<=':
      return scope => numberOf(left(scope)) <= numberOf(right(scope))
    case undefined:
    default:
      throw new Error(`the condition has an unknown operator: ${sign}`)
  }
}

function listOf(tokens: Tokens): readonly Operand[] {
  expect(tokens, '(')
  const list = [operand(tokens)]
  while (skip(tokens, ',')) list.push(operand(tokens))
  expect(tokens, ')')
  return list
}

function operand(tokens: Tokens): Operand {
  const token = tokens.pop() ?? ''
  if (token === 'if_not_exists') {
    const [stored, otherwise] = listOf(tokens)
    return scope => stored?.(scope) ?? otherwise?.(scope)
  }
  if (token === 'size') {
    const [map] = listOf(tokens)
    return scope => {
      const value = map?.(scope)
      return value !== undefined && 'M' in value ? { N: String(Object.keys(value.M).length) } : undefined
    }
  }
  if (token.startsWith(':')) return ({ values }) => values[token]
  return ({ item, names }) => {
    let value: Value | undefined = { M: item }
    for (const name of token.split('.'))
      value = value !== undefined && 'M' in value ? value.M[names[name] ?? name] : undefined
    return value
  }
}

function update(tokens: Tokens): (scope: Scope) => Item {
  expect(tokens, 'SET')
  const clauses: { name: string; value: Operand }[] = []
  do {
    const name = tokens.pop() ?? ''
    expect(tokens, '=')
    clauses.push({ name, value: sum(tokens) })
  } while (skip(tokens, ','))
  return scope => {
    const item: Record<string, Value> = { ...scope.item }
    for (const { name, value } of clauses) put(item, name, { value: defined(value(scope)), names: scope.names })
    return item
  }
}

/** Sets an attribute, or an entry of a map. */
function put(
  item: Record<string, Value>,
  path: string,
  { value, names }: { readonly value: Value; readonly names: Scope['names'] },
): void {
  const [first = '', second] = path.split('.')
  const name = names[first] ?? first
  const map = item[name]
  if (second === undefined) item[name] = value
  else if (map !== undefined && 'M' in map) item[name] = { M: { ...map.M, [names[second] ?? second]: value } }
  else throw new Error(`the update sets an entry of ${name}, which is no map`)
}

function sum(tokens: Tokens): Operand {
  const first = operand(tokens)
  const sign = skip(tokens, '+') ? 1 : skip(tokens, '-') ? -1 : 0
  if (sign === 0) return first
  const second = operand(tokens)
  return scope => ({ N: String(numberOf(first(scope)) + sign * numberOf(second(scope))) })
}

function defined(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the update sets an attribute without a value')
  return value
}

function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return false
  if ('S' in a) return 'S' in b && a.S === b.S
  return 'N' in a && 'N' in b && Number(a.N) === Number(b.N)
}

/** Returns NaN if the value is not a number, so that every comparison with it fails. */
function numberOf(value: Value | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : Number.NaN
}
