import { DefaultTokenResolver, type IFragmentConcatenator, type IPostProcessor, type IResolvable } from 'aws-cdk-lib'
import { type IResolveContext, Reference, Tokenization } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** Resolves references to text that names a construct, and notes the construct. */
class TextResolver extends DefaultTokenResolver {
  readonly found = new Set<IConstruct>()

  constructor() {
    super(asText)
  }

  override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) return super.resolveToken(token, context, postProcessor)
    this.found.add(token.target)
    return token.displayName.startsWith('AWS::')
      ? `\${${token.displayName}}`
      : referenceTo(token.target, token.displayName)
  }
}

const asText: IFragmentConcatenator = { join: (left: unknown, right: unknown) => `${textOf(left)}${textOf(right)}` }

/** Returns how the text of a template names an attribute of a construct, or the beginning of any attribute. */
export function referenceTo({ node }: IConstruct, attribute?: string): string {
  return attribute === undefined ? `\${${node.path}.` : `\${${node.path}.${attribute}}`
}

/**
 * Resolves all tokens of a value to what is the same in every stack: `${PATH.ATTRIBUTE}` of a construct, `${AWS::AccountId}`, text that
 * `Fn::Join` joins. `scope` is where the value is used. Also returns the constructs to which it refers.
 */
export function resolveToText(
  value: unknown,
  scope: IConstruct,
): { readonly value: unknown; readonly referred: ReadonlySet<IConstruct> } {
  const resolver = new TextResolver()
  const resolved: unknown = Tokenization.resolve(value, { scope, resolver, preparing: false })
  return { value: joined(resolved), referred: resolver.found }
}

/** Replaces what `textOf` can spell, at any depth. */
function joined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(joined)
  if (typeof value !== 'object' || value === null) return value
  const text = textOf(value)
  if (!text.startsWith('{')) return text
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, joined(each)]))
}

/** Returns a resolved value as text; as JSON if it is neither text, nor a reference, nor joined text. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { Ref, 'Fn::Join': parts } = value as Readonly<Record<string, unknown>>
  if (typeof Ref === 'string') return `\${${Ref}}`
  if (!Array.isArray(parts)) return JSON.stringify(value)
  const [delimiter, values] = parts as [string, unknown[]]
  return values.map(textOf).join(delimiter)
}
