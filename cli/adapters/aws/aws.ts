import type { Aws } from '../../ports/ports.ts'

/** All members of these are functions that return promises. */
type Service = Exclude<keyof Aws, 'account'>

/** Loads the adapter of each service. The SDK takes 10 to 40 ms and some MB for each, and most commands need one or two. */
const adapters: { readonly [S in Service]: () => Promise<Aws[S]> } = {
  stacks: async () => (await import('./cloudformation.ts')).cloudFormation(),
  stackChanges: async () => (await import('./stack-changes.ts')).stackChanges(),
  prerequisites: async () => (await import('./prerequisites.ts')).prerequisites(),
  deployLocks: async () => (await import('./deploy-locks.ts')).deployLocks(),
  networks: async () => (await import('./networks.ts')).networks(),
  tables: async () => (await import('./dynamodb.ts')).dynamoDb(),
  buckets: async () => (await import('./s3.ts')).s3(),
  secrets: async () => (await import('./secrets-manager.ts')).secretsManager(),
  signers: async () => (await import('./signers.ts')).signers(),
  functions: async () => (await import('./lambda.ts')).lambda(),
  logs: async () => (await import('./cloudwatch.ts')).cloudWatchLogs(),
  cloudfront: async () => (await import('./cloudfront.ts')).cloudFront(),
  restApis: async () => (await import('./api-gateway.ts')).apiGateway(),
  webAcls: async () => (await import('./wafv2.ts')).wafv2(),
  watch: async () => (await import('./cloudwatch.ts')).cloudWatch(),
  events: async () => (await import('./event-bridge.ts')).eventBridge(),
  topics: async () => (await import('./sns.ts')).sns(),
  roles: async () => (await import('./iam.ts')).iam(),
  kms: async () => (await import('./kms.ts')).kms(),
  restores: async () => (await import('./restores.ts')).restores(),
  proofs: async () => (await import('./proofs.ts')).proofs(),
}

/**
 * Creates the adapters of all AWS services; each is loaded with the first call to it. They use the credentials that the SDK finds,
 * and `AWS_ENDPOINT_URL` if it is set.
 */
export function connectToAws(): Aws {
  const account = once(async () => (await import('./iam.ts')).callerAccount())
  const services = Object.entries(adapters).map(([name, load]) => [name, onDemand(once<object>(load))])
  return { ...(Object.fromEntries(services) as Pick<Aws, Service>), account: async () => (await account())() }
}

/** Returns an adapter whose calls load the real one. */
function onDemand(load: () => Promise<object>): object {
  const call = async (verb: string | symbol, args: readonly unknown[]): Promise<unknown> => {
    const target = await load()
    return Reflect.apply(Reflect.get(target, verb) as () => unknown, target, args)
  }
  return new Proxy(
    {},
    {
      get:
        (_, verb) =>
        async (...args: readonly unknown[]) =>
          call(verb, args),
    },
  )
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return async () => (loaded ??= load())
}
