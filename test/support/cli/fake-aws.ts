import type { DeployLocks, Prerequisites } from '../../../cli/ports/aws-deploy.ts'
import type { Aws } from '../../../cli/ports/ports.ts'
import { allOf, change, type FakeAccount, put, take, type ThingKind, valueOf } from './fake-account.ts'
import { stacksOf } from './fake-stacks.ts'

/** The verbs that change something in an account. */
const changing: ReadonlySet<string> = new Set([
  'stacks.unprotect',
  'stacks.remove',
  'stacks.protect',
  'stacks.continueRollback',
  'stacks.rollBack',
  'tables.protect',
  'tables.unprotect',
  'tables.remove',
  'buckets.emptySome',
  'secrets.remove',
  'functions.remove',
  'logs.removeGroup',
  'topics.remove',
  'kms.scheduleDeletion',
  'restores.invalidateLinks',
  'restores.copy',
  'api.upload',
  'cdk.deploy',
])

/**
 * Returns the ports of an account. MiniStack's suites run the adapters of these verbs, except `hasDistribution` that is false, and
 * `certificate` and `zone`: no deployment there has a domain.
 */
export function awsOf(account: FakeAccount): Aws {
  const groups = {
    account: async () => account.id,
    ...stacksOf(account),
    ...storesOf(account),
    ...edgeOf(account),
    ...watchOf(account),
    prerequisites: prerequisitesOf(account),
    deployLocks: locksOf(account),
    networks: {
      zonesOf: async () => [],
      zonesWith: async (_: unknown, region: string) => [`${region}a`, `${region}b`],
    },
    restores: restoresOf(account),
    proofs: {},
  } satisfies Record<keyof Aws, unknown>
  return noted(account, groups) as unknown as Aws
}

type Verb = (...args: never[]) => Promise<unknown>

/** Wraps each verb, so that the account knows of its calls. */
export function noted<T extends object>(account: FakeAccount, groups: T): T {
  const wrap = (name: string, verb: Verb): Verb => {
    return async (...args) => {
      enter(account, name, args)
      return verb(...args)
    }
  }
  const entries = Object.entries(groups as Record<string, Verb | Record<string, Verb>>).map(([group, verbs]) => [
    group,
    typeof verbs === 'function'
      ? wrap(group, verbs)
      : Object.fromEntries(Object.entries(verbs).map(([name, verb]) => [name, wrap(`${group}.${name}`, verb)])),
  ])
  return Object.fromEntries(entries) as T
}

function enter(account: FakeAccount, name: string, args: readonly unknown[]): void {
  const line = [name, ...args.flatMap(namesIn)].join(' ')
  const isChange = changing.has(name)
  if (account.changes.length >= account.endsAfter && (isChange || account.calls.at(-1) === ended)) {
    account.calls.push(ended)
    throw new Error(ended)
  }
  account.calls.push(line)
  account.onCall(line)
  if ([...account.denied].some(each => line.startsWith(each))) {
    const message = `User is not authorized to perform: ${name}`
    throw Object.assign(new Error(message), { name: 'AccessDeniedException', $metadata: {} })
  }
  if (isChange) account.changes.push(line)
}

const ended = 'the process of this call has ended'

/** Returns names and Regions among arguments. */
function namesIn(argument: unknown): readonly string[] {
  if (typeof argument === 'string') return [argument]
  const { name, region } = (argument ?? {}) as { readonly name?: unknown; readonly region?: unknown }
  return [name, region].filter(each => typeof each === 'string')
}

/** Tables, buckets, secrets and KMS. */
function storesOf(account: FakeAccount) {
  const copies = (name: string) => allOf(account, 'secret').filter(each => each.name === name)
  return {
    tables: {
      describe: async (name: string, region: string) => valueOf(account, 'table', [name, region]),
      protect: async (name: string, region: string) => setProtection(account, { region, name }, true),
      unprotect: async (name: string, region: string) => setProtection(account, { region, name }, false),
      named: async (prefix: string, region: string) => namesOf(account, 'table', { prefix, region }),
      remove: async (name: string, region: string) => take(account, { kind: 'table', region, name }),
    },
    buckets: {
      names: async () => allOf(account, 'bucket').map(({ name }) => name),
      describe: async (name: string, region: string) => valueOf(account, 'bucket', [name, region]),
      scanPlan: async (id: string, region: string) => valueOf(account, 'scan plan', [id, region]),
      async emptySome(name: string, region: string) {
        const count = valueOf(account, 'files', [name, region]) ?? 0
        take(account, { kind: 'files', region, name })
        return count
      },
    },
    secrets: {
      describe: async (name: string, region: string) => valueOf(account, 'secret', [name, region]),
      async currentKeyId(name: string, region: string) {
        const found = valueOf(account, 'current key', [name, region])
        if (found === undefined) throw new Error(`there is no secret ${name} in ${region}`)
        return found
      },
      remove: async (name: string) => copies(name).forEach(each => take(account, each)),
    },
    kms: {
      describe: async (id: string, region: string) => valueOf(account, 'KMS key', [id, region]),
      policy: async () => undefined,
      scheduleDeletion: async (name: string, region: string) =>
        change(account, { kind: 'KMS key', region, name }, { state: 'PendingDeletion' }),
    },
  }
}

function setProtection(account: FakeAccount, table: { region: string; name: string }, deletionProtected: boolean) {
  change(account, { kind: 'table', ...table }, { deletionProtected })
  return true
}

/** Functions, their logs, APIs, CloudFront and WAF. */
function edgeOf(account: FakeAccount) {
  return {
    functions: {
      describe: async (name: string, region: string) => valueOf(account, 'function', [name, region]),
      named: async (prefix: string, region: string) => namesOf(account, 'function', { prefix, region }),
      readers: async (name: string, region: string) => valueOf(account, 'readers', [name, region]) ?? [],
      async remove(name: string, region: string) {
        if (account.stuck.has(name)) return 'replicated'
        take(account, { kind: 'function', region, name })
        return 'removed'
      },
    },
    logs: {
      groups: async (prefix: string, region: string) =>
        allOf(account, 'log group', region).flatMap(({ name, value }) => (name.startsWith(prefix) ? [value] : [])),
      removeGroup: async (name: string, region: string) => take(account, { kind: 'log group', region, name }),
      deliveries: async (region: string) => allOf(account, 'delivery', region).map(({ value }) => value),
    },
    cloudfront: {
      distribution: async (id: string) => valueOf(account, 'distribution', id),
      distributionsCalled: async (comment: string) =>
        allOf(account, 'distribution').flatMap(({ name, value }) => (value.comment === comment ? [name] : [])),
      keyGroup: async (name: string) => valueOf(account, 'key group', name),
      publicKeys: async () => allOf(account, 'public key').map(({ value }) => value),
    },
    restApis: {
      named: async (name: string, region: string) =>
        allOf(account, 'api', region).flatMap(({ value }) => (value.name === name ? [value] : [])),
      logRole: async (region: string) => valueOf(account, 'log role', ['account', region]),
    },
    webAcls: {
      exists: async (name: string) => allOf(account, 'web ACL').some(each => each.name === name),
      at: async (arn: string) => allOf(account, 'web ACL').find(({ value }) => value.arn === arn)?.value,
    },
    roles: { exists: async (name: string) => valueOf(account, 'role', name) !== undefined },
  }
}

/** CloudWatch, EventBridge and SNS. */
function watchOf(account: FakeAccount) {
  const topicOf = (arn: string, region: string) => ({
    kind: 'topic' as const,
    region,
    name: arn.split(':').at(-1) ?? '',
  })
  return {
    watch: {
      alarms: async (names: readonly string[], region: string) =>
        allOf(account, 'alarm', region).flatMap(({ name, value }) => (names.includes(name) ? [value] : [])),
      hasDashboard: async (name: string) => valueOf(account, 'dashboard', name) !== undefined,
    },
    events: {
      hasBus: async (name: string, region: string) => valueOf(account, 'bus', [name, region]) !== undefined,
    },
    topics: {
      exists: async (arn: string, region: string) =>
        valueOf(account, 'topic', [topicOf(arn, region).name, region]) === true,
      remove: async (arn: string, region: string) => take(account, topicOf(arn, region)),
    },
  }
}

function namesOf(account: FakeAccount, kind: ThingKind, { prefix, region }: { prefix: string; region: string }) {
  return allOf(account, kind, region).flatMap(({ name }) => (name.startsWith(prefix) ? [name] : []))
}

function prerequisitesOf(account: FakeAccount): Prerequisites {
  const linksIn = (table: string, region: string) => valueOf(account, 'links', [table, region]) ?? []
  return {
    bootstrap: async region =>
      account.denied.has(`prerequisites.concurrency ${region}`)
        ? { kind: 'disabled', why: 'the Region is not enabled' }
        : (valueOf(account, 'bootstrap', ['cdk', region]) ?? { kind: 'missing' }),
    concurrency: async region => valueOf(account, 'concurrency', ['lambda', region]) ?? 1000,
    certificate: async arn => valueOf(account, 'certificate', arn),
    zone: async id => valueOf(account, 'zone', id),
    hasDistribution: async () => allOf(account, 'distribution').length > 0,
    hasLiveLinks: async (table, region, { now, home, longerThan = 0 }) =>
      linksIn(table, region).some(
        link => link.expiresAt > now && link.seconds > longerThan && (home === undefined || link.home === home),
      ),
    hasItems: async (table, region) => linksIn(table, region).length > 0,
    hasFiles: async (bucket, region) => (valueOf(account, 'files', [bucket, region]) ?? 0) > 0,
  }
}

function locksOf(account: FakeAccount): DeployLocks {
  return {
    async take(_, { host, pid, since }, replaces) {
      if (account.lock !== undefined && replaces === undefined)
        return { kind: 'held', lock: account.lock, version: 'v1' }
      account.lock = { by: 'arn:aws:iam::111122223333:user/me', host, pid, since, until: since }
      return { kind: 'taken', lost: new AbortController().signal, release: async () => void (account.lock = undefined) }
    },
  }
}

/** A new MAC key is a new version of the secret in all Regions at once, except in those that lag. */
function restoresOf(account: FakeAccount): Aws['restores'] {
  return {
    secretVersion: async (name, region) => valueOf(account, 'version', [name, region]),
    async invalidateLinks(functionName) {
      const secret = functionName.replace('-invalidate-links', '')
      const current = account.changes.length.toString(16).padStart(32, '0')
      for (const each of allOf(account, 'version').filter(
        ({ name, region }) => name === secret && !lags(account, region),
      )) {
        each.value = { current, previous: each.value.current, createdAt: account.now }
      }
      return 2
    },
    source: async (table, region) => valueOf(account, 'source', [table, region]),
    async copy(table, region, { name, kmsKey }) {
      const like = valueOf(account, 'table', [table, region])
      const value = { ...like!, status: account.stuck.has(name) ? 'CREATING' : 'ACTIVE', replicas: [region], kmsKey }
      put(account, { kind: 'table', region, name, value: { ...value, deletionProtected: false } })
    },
  }
}

const lags = ({ stuck }: FakeAccount, region: string) => stuck.has(`secret ${region}`)
