import type { AwsOfLinks } from '../../ports/ports.ts'

/**
 * Creates the adapters of AWS. The SDK takes 10 to 40 ms and some MB for each service, so those that commands on links need are loaded
 * with the first call, and all others together. They use the credentials that the SDK finds, and `AWS_ENDPOINT_URL` if it is set.
 */
export function connectToAws(): AwsOfLinks {
  const account = once(async () => (await import('./account.ts')).callerAccount())
  const restApis = once(async () => (await import('./api-gateway.ts')).apiGateway())
  return {
    account: async () => (await account())(),
    restApis: { named: async (name, region) => (await restApis()).named(name, region) },
    all: once(async () => (await import('./all.ts')).allOfAws()),
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return async () => (loaded ??= load())
}
