import type { IInterfaceVpcEndpoint, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import type { ITopicRef } from 'aws-cdk-lib/aws-sns'
import type { ContentProps } from '../../existing/content-props.ts'
import type { VpcService } from '../../existing/network.ts'

/** Props of `OnceAtEdge` for what a company has already, beside certificate, hosted zone and web ACL. */
export interface ExistingProps {
  /**
   * The bucket of your files, with its key. Nothing of it is changed but the policies of an L2 bucket and key; the rest is printed.
   * @default - a new bucket, private and versioned, in the first home Region
   */
  readonly content?: ContentProps

  /**
   * Network `private`: the VPC of the functions, in the first home Region.
   * @default - a new VPC without a way out
   */
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

  /**
   * A topic that gets all alarms, in us-east-1.
   * @default - none
   */
  readonly alarmTopic?: ITopicRef
}
