import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { FurtherService } from '../placement/placement.ts'

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

/** An interface endpoint of a VPC, by default in its private subnets. */
export interface EndpointProps extends Pick<ec2.InterfaceVpcEndpointProps, 'vpc' | 'service' | 'subnets'> {
  /** The addresses from which it is reached. */
  readonly from: ec2.IPeer
}

/** Creates an endpoint with a door of its own: HTTPS in, nothing out. Policies decide what requests may do. */
export function createEndpoint(
  scope: Construct,
  id: string,
  { from, ...props }: EndpointProps,
): ec2.InterfaceVpcEndpoint {
  const door = new ec2.SecurityGroup(scope, `${id}Door`, {
    vpc: props.vpc,
    description: `Endpoint of ${id}: HTTPS from inside the VPC`,
    allowAllOutbound: false,
  })
  door.addIngressRule(from, ec2.Port.HTTPS, 'HTTPS from inside the VPC')
  return new ec2.InterfaceVpcEndpoint(scope, id, {
    ...props,
    privateDnsEnabled: true,
    open: false,
    securityGroups: [door],
  })
}

/** Returns id and service of the endpoint of such a service. */
export function furtherEndpoint(service: FurtherService): [id: string, service: ec2.InterfaceVpcEndpointAwsService] {
  const id = service === 'events' ? 'Events' : 'Scheduler'
  return [id, new ec2.InterfaceVpcEndpointAwsService(service)]
}
