import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { ExistingNetwork, type VpcProps } from '../../../infra/existing/network.ts'
import { createApp, createStack, textOf, warningsOf } from './stacks.ts'

const stackOf = () => createStack(createApp(), 'downloads')

const isolated = { subnetConfiguration: [{ name: 'inner', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] }

/** Adds a VPC of a company to a stack: isolated subnets, without endpoints. */
function createVpc(stack: ReturnType<typeof stackOf>, props: ec2.VpcProps = isolated) {
  return new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, restrictDefaultSecurityGroup: false, ...props })
}

function use(stack: ReturnType<typeof stackOf>, props: Omit<VpcProps, 'vpc'> & { readonly vpc: ec2.IVpc | ec2.Vpc }) {
  return new ExistingNetwork(stack, 'Network', { ...(props as VpcProps), further: [] })
}

/** Returns the services of the endpoints that the network itself adds. */
function added(stack: ReturnType<typeof stackOf>) {
  const endpoints = Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')
  return Object.entries(endpoints)
    .filter(([id]) => id.startsWith('Network'))
    .map(([, { Properties }]) =>
      textOf((Properties as { ServiceName: unknown }).ServiceName)
        .split('.')
        .at(-1),
    )
    .toSorted((one = '', other = '') => one.localeCompare(other))
}

test('a VPC without endpoints gets all four, and a group for functions: HTTPS out, nothing in', () => {
  const stack = stackOf()
  use(stack, { vpc: createVpc(stack) })
  expect(added(stack)).toEqual(['dynamodb', 'execute-api', 's3', 'secretsmanager'])
  expect(warningsOf(stack)).toEqual([])
  const group = Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup')
  const functions = Object.entries(group).find(([id]) => id.startsWith('NetworkFunctions'))
  expect(functions?.[1]['Properties']).toMatchObject({
    SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }],
  })
  expect(functions?.[1]['Properties']).not.toHaveProperty('SecurityGroupIngress')
})

test('endpoints that the app adds before are used, and their policies are yours', () => {
  const stack = stackOf()
  const vpc = createVpc(stack)
  vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 })
  vpc.addInterfaceEndpoint('Secrets', { service: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER })
  use(stack, { vpc })
  expect(added(stack)).toEqual(['dynamodb', 'execute-api'])
  expect(warningsOf(stack)).toEqual(['vpc-endpoint-policies'])
})

test('of an imported VPC, vpcServices says which endpoints it has', () => {
  const stack = stackOf()
  const vpc = imported(stack, { vpcCidrBlock: '10.0.0.0/16' })
  use(stack, { vpc, vpcServices: ['dynamodb', 's3', 'secretsmanager'] })
  expect(added(stack)).toEqual(['execute-api'])
})

test('subnets with a way out of the VPC: a warning', () => {
  const stack = stackOf()
  const subnetConfiguration = [
    { name: 'outer', subnetType: ec2.SubnetType.PUBLIC },
    { name: 'inner', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  ]
  const { subnets } = use(stack, { vpc: createVpc(stack, { natGateways: 1, subnetConfiguration }) })
  expect(subnets).toEqual({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS })
  expect(warningsOf(stack)).toEqual(['vpc-way-out'])
})

describe('what cannot work is refused', () => {
  test('an endpoint of the api that is there, but not given', () => {
    const stack = stackOf()
    const vpc = createVpc(stack)
    vpc.addInterfaceEndpoint('Api', { service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY })
    expect(() => use(stack, { vpc })).toThrow(/once-at-edge:vpc-api-endpoint: .*allowed: that endpoint as apiEndpoint/)
  })

  test('a VPC in another Region', () => {
    const stack = stackOf()
    const vpc = imported(stack, { region: 'eu-west-1' })
    expect(() => use(stack, { vpc })).toThrow(/once-at-edge:vpc-region: .*got a VPC in eu-west-1; allowed: .*us-east-1/)
  })

  test('a VPC without private subnets', () => {
    const stack = stackOf()
    const vpc = createVpc(stack, { subnetConfiguration: [{ name: 'outer', subnetType: ec2.SubnetType.PUBLIC }] })
    expect(() => use(stack, { vpc })).toThrow(/once-at-edge:vpc-subnets/)
  })

  test('a VPC whose addresses are not known, without an endpoint of the api', () => {
    const stack = stackOf()
    expect(() => use(stack, { vpc: imported(stack) })).toThrow(/once-at-edge:vpc-addresses/)
  })
})

function imported(stack: ReturnType<typeof stackOf>, more: Partial<ec2.VpcAttributes> = {}) {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    isolatedSubnetIds: ['subnet-1', 'subnet-2'],
    isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
    ...more,
  })
}
