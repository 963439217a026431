import type { Aws } from '../../ports/ports.ts'

/** All members of these are functions that return promises. */
type Service = Exclude<keyof Aws, 'account'>

/**
 * Returns the adapters of AWS, and loads them with the first call. The SDK takes half a second and 40 MB, and commands on links
 * need little or nothing of it.
 */
export function awsOnDemand(): Aws {
  let loaded: Promise<Aws> | undefined
  const load = () => (loaded ??= import('./aws.ts').then(({ connectToAws }) => connectToAws()))
  const service = <S extends Service>(name: S): Aws[S] => {
    const call = async (verb: string | symbol, args: readonly unknown[]): Promise<unknown> => {
      const target = (await load())[name]
      return Reflect.apply(Reflect.get(target, verb) as () => unknown, target, args)
    }
    return new Proxy({} as Aws[S], {
      get:
        (_, verb) =>
        async (...args: readonly unknown[]) =>
          call(verb, args),
    })
  }
  return {
    account: async () => (await load()).account(),
    stacks: service('stacks'),
    stackChanges: service('stackChanges'),
    prerequisites: service('prerequisites'),
    tables: service('tables'),
    buckets: service('buckets'),
    secrets: service('secrets'),
    signers: service('signers'),
    functions: service('functions'),
    logs: service('logs'),
    cloudfront: service('cloudfront'),
    restApis: service('restApis'),
    webAcls: service('webAcls'),
    watch: service('watch'),
    events: service('events'),
    topics: service('topics'),
    roles: service('roles'),
    kms: service('kms'),
    restores: service('restores'),
    proofs: service('proofs'),
  }
}
