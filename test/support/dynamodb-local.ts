import type { TestProject } from 'vitest/node'
import {
  exposedDynamodbLocal,
  missingForDynamodbLocal,
  startDynamodbLocal,
} from '../../emulator/dynamodb/dynamodb-local.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoint of Amazon DynamoDB Local, or why this machine can't start it. */
    dynamodbLocal:
      | { readonly kind: 'running'; readonly endpoint: string; readonly isExposed: boolean }
      | { readonly kind: 'missing'; readonly reason: string }
  }
}

/**
 * Starts one Amazon DynamoDB Local for all suites; each creates its own tables. Without Java these suites are skipped.
 */
export default async function setup({ name, provide }: TestProject): Promise<() => Promise<void>> {
  const missing = missingForDynamodbLocal()
  if (missing !== undefined) {
    provide('dynamodbLocal', { kind: 'missing', reason: missing })
    return async () => undefined
  }
  // Races and faults of `proof` make far more requests than the compiler costs.
  const { endpoint, isExposed, close } = await startDynamodbLocal({ optimize: name === 'proof' })
  if (isExposed) console.warn(exposedDynamodbLocal)
  provide('dynamodbLocal', { kind: 'running', endpoint, isExposed })
  return close
}
