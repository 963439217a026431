/** An attribute as DynamoDB writes it; the only two types that items of ours have. */
export type Value = { readonly S: string } | { readonly N: string }

/** An item by attribute name. */
export type Item = Readonly<Record<string, Value>>

/** What an expression is evaluated on: the item, and what the placeholders stand for. */
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
 * Whether an item meets a condition expression. Knows as much of DynamoDB's language as our adapters speak and throws at
 * the rest; test/contract compares it with dynalite and DynamoDB Local.
 */
export function meets(expression: string, scope: Scope): boolean {
  const known = conditions.get(expression) ?? condition(tokensOf(expression))
  conditions.set(expression, known)
  return known(scope)
}

/** The item after an update expression of `SET` clauses. As in DynamoDB every clause sees the item as it was before. */
export function updated(expression: string, scope: Scope): Item {
  const known = updates.get(expression) ?? update(tokensOf(expression))
  updates.set(expression, known)
  return known(scope)
}

/** Tokens still to be read, first one last. */
type Tokens = string[]

function tokensOf(expression: string): Tokens {
  return [...expression.matchAll(/[#:]?\w+|<=|[=<>(),+]/g)].map(([token]) => token).toReversed()
}

function expect(tokens: Tokens, wanted: string): void {
  const token = tokens.pop()
  if (token !== wanted) throw new Error(`the expression has ${token} where ${wanted} should be`)
}

/** Reads the token if it comes next. */
function skip(tokens: Tokens, wanted: string): boolean {
  if (tokens.at(-1) !== wanted) return false
  tokens.pop()
  return true
}

function condition(tokens: Tokens): Test {
  const test = either(tokens)
  if (tokens.length > 0) throw new Error(`the condition goes on with ${tokens.at(-1)}`)
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
  return comparison(tokens)
}

function existence(tokens: Tokens, wanted: boolean): Test {
  expect(tokens, '(')
  const attribute = operand(tokens)
  expect(tokens, ')')
  return scope => (attribute(scope) !== undefined) === wanted
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
    case '<=':
      return scope => numberOf(left(scope)) <= numberOf(right(scope))
    case undefined:
    default:
      throw new Error(`the condition compares with ${sign}`)
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
  if (token.startsWith(':')) return ({ values }) => values[token]
  return ({ item, names }) => item[names[token] ?? token]
}

function update(tokens: Tokens): (scope: Scope) => Item {
  expect(tokens, 'SET')
  const clauses: { name: string; value: Operand }[] = []
  do {
    const name = tokens.pop() ?? ''
    expect(tokens, '=')
    clauses.push({ name, value: sum(tokens) })
  } while (skip(tokens, ','))
  return scope => ({
    ...scope.item,
    ...Object.fromEntries(clauses.map(({ name, value }) => [scope.names[name] ?? name, known(value(scope))])),
  })
}

function sum(tokens: Tokens): Operand {
  const first = operand(tokens)
  if (!skip(tokens, '+')) return first
  const second = operand(tokens)
  return scope => ({ N: String(numberOf(first(scope)) + numberOf(second(scope))) })
}

function known(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the update sets an attribute to nothing')
  return value
}

function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return 'S' in a ? 'S' in b && a.S === b.S : 'N' in b && Number(a.N) === Number(b.N)
}

/** NaN for what is no number, so that every comparison with it fails. */
function numberOf(value: Value | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : Number.NaN
}
