import {
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServicesCommand,
  EC2Client,
  type Subnet,
} from '@aws-sdk/client-ec2'
import type { Networks } from '../../ports/aws-deploy.ts'
import { clientPerRegion } from './client.ts'

/** Creates the adapter of EC2's networks. */
export function networks(): Networks {
  const clientIn = clientPerRegion(config => new EC2Client(config))
  return {
    async zonesOf(subnets, region) {
      const { Subnets = [] } = await clientIn(region).send(new DescribeSubnetsCommand({ SubnetIds: [...subnets] }))
      return Subnets.toSorted((a, b) => firstAddress(a) - firstAddress(b)).map(each => each.AvailabilityZone ?? '')
    },
    async zonesWith(services, region) {
      const client = clientIn(region)
      const Filters = [
        { Name: 'state', Values: ['available'] },
        { Name: 'zone-type', Values: ['availability-zone'] },
      ]
      const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand({ Filters }))
      const ServiceNames = services.map(name => `com.amazonaws.${region}.${name}`)
      const { ServiceDetails = [] } = await client.send(new DescribeVpcEndpointServicesCommand({ ServiceNames }))
      const served = ServiceNames.map(name => ServiceDetails.filter(each => each.ServiceName === name))
      const isServed = (zone: string) =>
        served.every(details => details.some(each => each.AvailabilityZones?.includes(zone) === true))
      return AvailabilityZones.map(({ ZoneName = '' }) => ZoneName)
        .filter(isServed)
        .toSorted()
    },
  }
}

/** Returns the first address of a subnet as a number. */
function firstAddress({ CidrBlock = '' }: Subnet): number {
  return (CidrBlock.split('/')[0] ?? '').split('.').reduce((all, part) => all * 256 + Number(part), 0)
}
