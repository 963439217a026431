import type { ICertificateRef } from 'aws-cdk-lib/aws-certificatemanager'
import type { IInterfaceVpcEndpoint, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2'
import type { IGrantable } from 'aws-cdk-lib/aws-iam'
import type { IHostedZoneRef } from 'aws-cdk-lib/aws-route53'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import type { ITopicRef } from 'aws-cdk-lib/aws-sns'
import type { IWebACLRef } from 'aws-cdk-lib/aws-wafv2'
import type { IssuerLimits, IssuerSender, Verb } from '../../shared/callers/issuers.ts'
import type { PlainDistributionProps, Zone } from '../../shared/settings/distribution.ts'
import type { FoundationProps } from '../../shared/settings/foundation.ts'
import type { LinkProps } from '../../shared/settings/links.ts'
import type { OperationProps } from '../../shared/settings/operation.ts'
import type { ContentProps } from '../existing/content-props.ts'

/** Props of `OnceAtEdge`. All are optional: the defaults are those of a deployment in production. */
export interface OnceAtEdgeProps extends FoundationProps, DistributionProps, ExistingProps, LinkProps, OperationProps {
  /**
   * Who may do what with links: see docs/access.md. As soon as there is one issuer, here or by `grants`, all other callers are refused.
   * @default - every IAM principal of the account that may call the api may do everything
   */
  readonly issuers?: readonly IssuerProps[]
}

/** Props of `OnceAtEdge` for the distribution, its function and its pages. */
export interface DistributionProps extends PlainDistributionProps {
  /**
   * The certificate of `domainName`, in us-east-1: the resource, or its ARN.
   * @default - a new one, which `hostedZone` validates
   */
  readonly certificate?: ICertificateRef | string
  /**
   * The zone of `domainName`, which gets an alias record from the host to the distribution: the resource, or its id and domain.
   * @default - none
   */
  readonly hostedZone?: IHostedZoneRef | Zone
  /**
   * The web ACL in front of links: none, one of the deployment, which limits requests by address, or one that the plan includes.
   * @default - 'plan' with a plan, otherwise 'none'
   */
  readonly firewall?: 'none' | 'own' | 'plan'
  /**
   * A web ACL of yours in front of the distribution, in us-east-1: its ARN, or the resource. `addTo` attaches it too.
   * @default - that of `firewall`
   */
  readonly webAcl?: string | IWebACLRef
}

/** Props of `OnceAtEdge` for what a company has already, beside certificate, hosted zone and web ACL. */
export interface ExistingProps {
  /**
   * The bucket of your files, with its key. Nothing of it is changed but the policies of an L2 bucket and key, and with `uploads` its CORS
   * rules; the rest is printed.
   * @default - a new bucket, private and versioned, in the first home Region
   */
  readonly content?: ContentProps
  /** Network `private`: the VPC of the functions, in the first home Region. @default - a new VPC without a way out */
  readonly vpc?: IVpc
  /**
   * The subnets of functions and new endpoints in `vpc`.
   * @default - isolated subnets; if there are none, private subnets with a way out
   */
  readonly vpcSubnets?: SubnetSelection
  /**
   * The endpoint of `execute-api` in `vpc`, through which callers come. A VPC has one with private DNS at most.
   * @default - a new one, open to the addresses of the VPC
   */
  readonly apiEndpoint?: IInterfaceVpcEndpoint
  /**
   * The services for which `vpc` has endpoints already. Their policies must allow what the roles of the functions allow.
   * @default - those that this app adds to the VPC before the construct; endpoints of the others are created
   */
  readonly vpcServices?: readonly VpcService[]
  /**
   * With `accessLogs`: the bucket that gets CloudFront's logs of a distribution of its own.
   * @default - a new bucket, which keeps them for `logRetentionDays`
   */
  readonly accessLogBucket?: IBucketRef
  /** A topic that gets all alarms, in us-east-1. @default - none */
  readonly alarmTopic?: ITopicRef
}

/** The services that functions reach through endpoints; `events` only with `audit`, `scheduler` only with `reminders`. */
const vpcServices = ['dynamodb', 's3', 'secretsmanager', 'events', 'scheduler'] as const

/** A service that functions reach through an endpoint. */
export type VpcService = (typeof vpcServices)[number]

/** What a grant is for. */
export interface GrantOptions extends IssuerLimits, IssuerSender {
  /**
   * The id of the issuer, 1 to 16 characters out of a-z, 0-9 and -, which its links keep. Name it for a principal that issues no
   * links itself: it uses those of this issuer.
   * @default - the id of the principal's construct, or the name of its role
   */
  readonly issuer?: string
  /** Starts of the keys of objects, each ending with `/`. All grants to one principal have the same. @default - all keys */
  readonly prefixes?: readonly string[]
}

/** One issuer: who it is, and what it may do. Name one of `principal`, `subject` and `group`. */
export interface IssuerProps extends IssuerLimits, IssuerSender {
  /**
   * The id of the issuer, 1 to 16 characters out of a-z, 0-9 and -, which its links keep. Several entries may have the same: one issues
   * links, another exchanges them.
   * @default - the id of the principal's construct, or the name of its role, subject or group
   */
  readonly id?: string
  /**
   * A role, a function or another construct with a role; or the ARN of a role or user, or the 12 digits of an account, for all of it that has no entry. One of
   * another account is allowed to call the api, too; it needs a policy of its own account for that.
   * @default - none
   */
  readonly principal?: IGrantable | string
  /** The `sub` of access tokens. @default - none */
  readonly subject?: string
  /** A group of access tokens. @default - none */
  readonly group?: string
  /**
   * Starts of the keys of objects, each ending with `/`, or `''` for all keys: it may only issue, see, revoke and exchange links of such
   * keys, and upload files with them. @default - all keys
   */
  readonly prefixes?: readonly string[]
  /**
   * What it may do with its own links; with `upload`, upload files, and replace those that have their key; with `ask`, issue links that take
   * a file; with `admin`, read and revoke links of all issuers.
   * @default ['issue', 'read', 'revoke']
   */
  readonly verbs?: readonly Verb[]
}
