import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListEventSourceMappings,
  paginateListFunctions,
} from '@aws-sdk/client-lambda'
import type { Functions } from '../../ports/aws-resources.ts'
import { allOf, clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of Lambda. */
export function lambda(): Functions {
  const clientIn = clientPerRegion(config => new LambdaClient(config))
  return {
    async describe(FunctionName, region) {
      const request = new GetFunctionConfigurationCommand({ FunctionName })
      const found = await undefinedIfMissing(clientIn(region).send(request), 'ResourceNotFoundException')
      return found && { issuers: entriesIn(found.Environment?.Variables?.['ISSUERS']) }
    },
    async named(prefix, region) {
      const found = await allOf(paginateListFunctions({ client: clientIn(region) }, {}), page => page.Functions)
      return found.map(({ FunctionName = '' }) => FunctionName).filter(name => name.startsWith(prefix))
    },
    async readers(FunctionName, region) {
      const pages = paginateListEventSourceMappings({ client: clientIn(region) }, { FunctionName })
      const mappings = allOf(pages, page => page.EventSourceMappings)
      const found = await undefinedIfMissing(mappings, 'ResourceNotFoundException')
      return (found ?? []).map(({ UUID = '', State = '' }) => ({ id: UUID, state: State }))
    },
    remove: (name, region) => removeFunction(name, clientIn(region)),
  }
}

async function removeFunction(FunctionName: string, client: LambdaClient): Promise<'removed' | 'replicated'> {
  try {
    // Without a qualifier, Lambda deletes all versions too.
    await undefinedIfMissing(client.send(new DeleteFunctionCommand({ FunctionName })), 'ResourceNotFoundException')
    return 'removed'
  } catch (error) {
    if (isReplicated(error)) return 'replicated'
    throw error
  }
}

/**
 * Whether Lambda refused because CloudFront has replicas: no error code says so (AWS, "Delete Lambda@Edge functions and
 * replicas").
 */
function isReplicated(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'InvalidParameterValueException' &&
    error.message.includes('replicated function')
  )
}

/** Returns how many entries a list in JSON has; 0 if there is none. */
function entriesIn(text: string | undefined): number {
  const list: unknown = text === undefined || text === '' ? [] : JSON.parse(text)
  return Array.isArray(list) ? list.length : 0
}
