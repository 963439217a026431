import type { Region } from '../../shared/regions.ts'
import type { DistributionProps } from './props/distribution.ts'
import type { ExistingProps } from './props/existing.ts'
import type { IssuersProps } from './props/issuers.ts'
import type { LinkProps } from './props/links.ts'
import type { OperationProps } from './props/operation.ts'

/** Props of `OnceAtEdge`. All are optional: the defaults are those of a deployment in production. */
export interface OnceAtEdgeProps extends DistributionProps, ExistingProps, IssuersProps, LinkProps, OperationProps {
  /**
   * The prefix of all physical names: 3 to 16 characters out of a-z, 0-9 and -. Each deployment in an account has another.
   * @default 'once'
   */
  readonly name?: string

  /**
   * How at most one viewer wins across Regions: `home` redeems each link in its home Region, `strong` has a table that is strongly
   * consistent in three Regions.
   * @default 'home'
   */
  readonly mode?: 'home' | 'strong'

  /**
   * The Regions of the table's replicas; the first also holds the files.
   * @default - the Region of the stack
   */
  readonly homeRegions?: readonly [Region, ...Region[]]

  /**
   * Mode `strong` with two home Regions: the witness, which costs nothing and can't be read.
   * @default - the first other Region of the group in which strong consistency is possible
   */
  readonly witnessRegion?: Region

  /**
   * The Regions of the api.
   * @default - the first home Region
   */
  readonly apiRegions?: readonly [Region, ...Region[]]

  /**
   * Home Regions that get no new links, because they are to be removed. Their links still work.
   * @default - none
   */
  readonly leavingRegions?: readonly Region[]

  /**
   * From where callers reach the api: `private` from a VPC only, which nothing leaves.
   * @default 'public'
   */
  readonly network?: 'public' | 'private'

  /**
   * Network `private`: the addresses of its VPC, which must not overlap with those of networks that you connect to it.
   * @default '10.20.0.0/16'
   */
  readonly vpcCidr?: string

  /**
   * Network `private` without `vpc`: two zones of the first home Region, such as us-east-1a, which Lambda and the endpoints serve: see
   * docs/construct.md. They are those of the subnets in that order, so they can't change.
   * @default - none: a new VPC needs them
   */
  readonly availabilityZones?: readonly string[]

  /**
   * What signs capabilities: a key in the secret, or a key that never leaves KMS.
   * @default 'secret'
   */
  readonly signer?: 'secret' | 'kms'

  /**
   * The kind of the signing key. P-256 makes shorter URLs; RSA costs a fifth per signature of KMS.
   * @default 'P-256'
   */
  readonly keySpec?: 'P-256' | 'RSA-2048'

  /**
   * Signer `kms`: the number of the key. To rotate the key, set the next number.
   * @default 1
   */
  readonly kmsKey?: number

  /**
   * Keys in KMS that no longer sign but are still needed, such as `P-256-1`. `once deploy` sets it while a change of the signer is
   * under way.
   * @default - none
   */
  readonly kmsKeysKept?: readonly string[]

  /**
   * What encrypts tables, secret, files and log groups: keys of AWS, which are free, or customer managed keys, one in each Region.
   * @default 'aws'
   */
  readonly encryption?: 'aws' | 'customer'

  /**
   * Requests a second that the api of a Region accepts, of all callers together; twice as many in a burst.
   * @default 100
   */
  readonly requestsPerSecond?: number
}
