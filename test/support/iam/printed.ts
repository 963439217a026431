import type { PolicyDocument } from './evaluate.ts'

/** Returns the policies that `once policy` prints: one, or those of the resources of a template. */
export function printedPolicies(text: string): readonly PolicyDocument[] {
  const found: PolicyDocument[] = []
  JSON.parse(text, (key, value: object) => {
    if (key === 'PolicyDocument' || (key === '' && 'Statement' in value)) found.push(value as PolicyDocument)
    return value
  })
  return found
}
