import { createHash } from 'node:crypto'

/** Resolves what is known only when a stack is deployed. */
export interface Scope {
  /** The pseudo parameters, such as `AWS::Region`. */
  readonly pseudo: Readonly<Record<string, string>>
  /** Returns the value of a parameter or the id of a resource; throws if there is none. */
  ref(name: string): unknown
  /** Returns an attribute of a resource; throws if there is none. */
  attribute(logicalId: string, name: string): unknown
  /** Returns an output of another stack; throws if there is none. */
  output(of: { readonly stack: string; readonly name: string; readonly region?: string }): string
  /** Returns what a stack of the same Region exports under a name; throws if there is nothing. */
  exported(name: string): string
  mapped(map: string, key: string, name: string): unknown
  condition(name: string): boolean
}

/** `AWS::NoValue`: the property is left out. */
const noValue = Symbol('AWS::NoValue')

/** Resolves all intrinsic functions in a value of a template (CloudFormation, "Intrinsic functions"). */
export function resolved(value: unknown, scope: Scope): unknown {
  const result = resolve(value, scope)
  return result === noValue ? undefined : result
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map(each => resolve(each, scope)).filter(each => each !== noValue)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [[name, argument] = ['', undefined], ...others] = entries
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return intrinsic(name, argument, scope)
  return Object.fromEntries(
    entries.map(([key, each]) => [key, resolve(each, scope)] as const).filter(([, each]) => each !== noValue),
  )
}

function intrinsic(name: string, argument: unknown, scope: Scope): unknown {
  const list = () => resolve(argument, scope) as [string, string[]]
  switch (name) {
    case 'Ref':
      if (argument === 'AWS::NoValue') return noValue
      return scope.pseudo[String(argument)] ?? scope.ref(String(argument))
    case 'Fn::GetAtt':
      return scope.attribute(...(argument as [string, string]))
    case 'Fn::Join': {
      const [glue, parts] = list()
      return parts.join(glue)
    }
    case 'Fn::Split': {
      const [glue, text] = resolve(argument, scope) as [string, string]
      return text.split(glue)
    }
    case 'Fn::Select': {
      const [index, all] = resolve(argument, scope) as [number | string, unknown[]]
      return all[Number(index)]
    }
    case 'Fn::Sub':
      return substitute(argument, scope)
    case 'Fn::GetStackOutput': {
      const { StackName = '', OutputName = '', Region } = resolve(argument, scope) as Record<string, string>
      return scope.output({ stack: StackName, name: OutputName, ...(Region !== undefined && { region: Region }) })
    }
    case 'Fn::ImportValue':
      return scope.exported(String(resolve(argument, scope)))
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map(zone => `${scope.pseudo['AWS::Region']}${zone}`)
    case 'Fn::FindInMap':
      return scope.mapped(...(resolve(argument, scope) as [string, string, string]))
    case 'Fn::Base64':
      return Buffer.from(String(resolve(argument, scope))).toString('base64')
    default:
      return conditional(name, argument, scope)
  }
}

function conditional(name: string, argument: unknown, scope: Scope): unknown {
  const parts = argument as unknown[]
  const each = () => parts.map(part => isTrue(part, scope))
  switch (name) {
    case 'Fn::If':
      return resolve(parts[scope.condition(String(parts[0])) ? 1 : 2], scope)
    case 'Fn::Equals':
      return resolve(parts[0], scope) === resolve(parts[1], scope)
    case 'Fn::And':
      return each().every(Boolean)
    case 'Fn::Or':
      return each().some(Boolean)
    case 'Fn::Not':
      return !each()[0]
    default:
      throw new Error(`the test resolves no ${name}`)
  }
}

/** Returns whether a condition, which may name another, is true. */
export function isTrue(condition: unknown, scope: Scope): boolean {
  const other = (condition as { Condition?: string } | null)?.Condition
  return other === undefined ? resolve(condition, scope) === true : scope.condition(other)
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, given] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>]
  return text.replaceAll(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
    if (name in given) return String(resolve(given[name], scope))
    const [logicalId = '', ...attribute] = name.split('.')
    return String(
      attribute.length > 0 ? scope.attribute(logicalId, attribute.join('.')) : (scope.pseudo[name] ?? scope.ref(name)),
    )
  })
}

/** Returns the names of the resources that a value of a template needs. */
export function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => {
    if (name === 'Ref') return [String(each)]
    if (name === 'Fn::GetAtt') return [String(Array.isArray(each) ? each[0] : each).split('.')[0] ?? '']
    const text = name === 'Fn::Sub' ? String(Array.isArray(each) ? each[0] : each) : ''
    const inText = [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].map(([, id = '']) => id)
    return [...inText, ...namesIn(each)]
  })
}

/** Returns `length` hexadecimal characters of the hash of `text`. */
export function mark(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}

/** Returns a UUID made of the hash of `text`. */
export function uuid(text: string): string {
  return mark(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
