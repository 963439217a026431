import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { OnceAtEdge } from '../../../construct/once-at-edge.ts'
import { account } from '../ministack/ministack.ts'

// A user's app, which the CDK's command line runs: a site, in a stack of another Region than us-east-1.
const app = new App()
const stack = new Stack(app, 'site', { env: { account, region: 'eu-west-1' } })
const distribution = new Distribution(stack, 'Site', {
  defaultBehavior: { origin: new HttpOrigin('site.example.com') },
  enableIpv6: false,
})
const once = new OnceAtEdge(stack, 'Downloads')
once.addTo(distribution, { prefixes: ['reports/'] })
new CfnOutput(stack, 'Api', { value: once.apiUrl })
