import type { Region } from '../../shared/regions.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'

/** What `cdk bootstrap` made in a Region. `disabled`: the account can't use the Region, or AWS did not say. */
export type Bootstrap =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'disabled'; readonly why: string }

/** A certificate of ACM. */
export interface Certificate {
  /** Such as `ISSUED`. */
  readonly status: string
  /** The hosts it is for, also as `*.example.com`. */
  readonly hosts: readonly string[]
}

/** A hosted zone of Route 53. */
export interface Zone {
  /** Its domain, without a dot at its end. */
  readonly domain: string
  readonly isPrivate: boolean
}

/** Which links a deployment looks for: those that can be opened after `now`, so neither used nor revoked. */
export interface LiveLinks {
  readonly now: EpochSeconds
  /** Only those of this home Region. @default those of all */
  readonly home?: Region
  /** Only those that were issued for more than so many seconds. */
  readonly longerThan?: number
}

/** What a deployment requires of an account and can't create. */
export interface Prerequisites {
  bootstrap(region: Region): Promise<Bootstrap>
  /** Returns how many calls of all functions of the Region may run at the same time. */
  concurrency(region: Region): Promise<number>
  /** Certificates of distributions are in us-east-1. */
  certificate(arn: string): Promise<Certificate | undefined>
  zone(id: string): Promise<Zone | undefined>
  /** Whether the account has a distribution. AWS verifies an account before it gets its first. */
  hasDistribution(): Promise<boolean>
  /** Returns whether the table has such a link; undefined if a scan of the first 500 MB does not show it. */
  hasLiveLinks(table: string, region: Region, links: LiveLinks): Promise<boolean | undefined>
  /** Whether the table has any item. */
  hasItems(table: string, region: Region): Promise<boolean>
  /** Whether the bucket has any version of any file. */
  hasFiles(bucket: string, region: Region): Promise<boolean>
}

/** The process that deploys. */
export interface Deployer {
  /** User and machine, such as `ann@laptop`. */
  readonly host: string
  readonly pid: number
  readonly since: EpochMs
}

/** What the lock of a deployment says. */
export interface DeployLock extends Deployer {
  /** The ARN of its caller. */
  readonly by: string
  /** It ends by itself then: while its process runs, it is renewed. */
  readonly until: EpochMs
}

/** A lock that was taken, or why it was not: another has it, or AWS refuses to keep one. */
export type TakenLock =
  | {
      readonly kind: 'taken'
      /** Aborts with a `StoppedError` if another process has taken the lock, after this one could not renew it. */
      readonly lost: AbortSignal
      /** Ends the lock. Never rejects: it would end by itself. */
      release(): Promise<void>
    }
  | { readonly kind: 'held'; readonly lock: DeployLock; readonly version: string }
  | { readonly kind: 'refused'; readonly why: string }

/** The locks of deployments, each by the name of its deployment. */
export interface DeployLocks {
  /** Takes the lock if there is none, or if it still has the version `replaces`: of two at once, one gets it. */
  take(name: string, deployer: Deployer, replaces?: string): Promise<TakenLock>
}

/** Networks of EC2. */
export interface Networks {
  /** Returns the zones of subnets, in the order of their addresses. */
  zonesOf(subnets: readonly string[], region: Region): Promise<readonly string[]>
  /** Returns the names of the zones that are available and in which each of these services has its endpoint, in their order. */
  zonesWith(services: readonly string[], region: Region): Promise<readonly string[]>
}
