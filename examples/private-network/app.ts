import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: links are issued inside of a VPC that exists and has no way to the internet. The API is private: it is reached through an
// endpoint in that VPC only. Viewers open links from anywhere, unless you put a firewall in front (`webAcl`).
// Run: copy this folder, then `npm install`, `npx cdk bootstrap`, `npx cdk deploy --all`. Call the output Api from inside of the VPC.

const app = new App()
const env = { region: 'us-east-1' }

// What exists.
const network = new Stack(app, 'Network', { env })
const vpc = new Vpc(network, 'Vpc', {
  maxAzs: 2,
  natGateways: 0,
  subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
})

// What is new.
const stack = new Stack(app, 'Downloads', { env })
const backend = new Role(stack, 'Backend', { assumedBy: new AccountRootPrincipal() })
const once = new OnceAtEdge(stack, 'Links', { network: 'private', vpc, homeRegions: ['us-east-1'] })
once.grants.issue(backend, { prefixes: ['records/'] })
once.createDistribution()

new CfnOutput(stack, 'Api', { value: once.apiUrl })
