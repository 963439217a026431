import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'

/** Creates the security group of functions in a VPC: HTTPS out, nothing in. `why` describes the way out. */
export function createFunctionsGroup(scope: Construct, vpc: ec2.IVpc, why: string): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'Functions', {
    vpc,
    description: 'Functions: HTTPS out, nothing in',
    allowAllOutbound: false,
  })
  group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, why)
  return group
}
