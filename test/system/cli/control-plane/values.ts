import { createHash } from 'node:crypto'

/** Resolves what is known only when a stack is deployed. */
export interface Scope {
  readonly account: string
  readonly region: string
  ref(logicalId: string): string
  attribute(logicalId: string, name: string): string
  output(stack: string, name: string): string
}

/** Resolves all intrinsic functions in a value of a template (CloudFormation, "Intrinsic functions"). */
export function resolved(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map(each => resolved(each, scope))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [[name, argument] = ['', undefined], ...others] = entries
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return intrinsic(name, argument, scope)
  return Object.fromEntries(entries.map(([key, each]) => [key, resolved(each, scope)]))
}

function intrinsic(name: string, argument: unknown, scope: Scope): unknown {
  const list = () => resolved(argument, scope) as [string, string[]]
  switch (name) {
    case 'Ref':
      return pseudo(String(argument), scope) ?? scope.ref(String(argument))
    case 'Fn::GetAtt':
      return scope.attribute(...(argument as [string, string]))
    case 'Fn::Join': {
      const [glue, parts] = list()
      return parts.join(glue)
    }
    case 'Fn::Split': {
      const [glue, text] = resolved(argument, scope) as [string, string]
      return text.split(glue)
    }
    case 'Fn::Select': {
      const [index, all] = resolved(argument, scope) as [number, unknown[]]
      return all[index]
    }
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{(AWS::\w+)\}/g, (_, each: string) => pseudo(each, scope) ?? '')
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName } = argument as Record<string, string>
      return scope.output(StackName ?? '', OutputName ?? '')
    }
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map(zone => `${scope.region}${zone}`)
    case 'Fn::FindInMap':
      return 'value of a map'
    default:
      throw new Error(`the test resolves no ${name}`)
  }
}

function pseudo(name: string, { account, region }: Scope): string | undefined {
  const known: Record<string, string> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  }
  return known[name]
}

/** Returns `length` hexadecimal characters of the hash of `text`. */
export function mark(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
