import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Distribution, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: a static site gets one-time downloads. The distribution that serves its pages also redeems links at /d/*, and delivers
// files below downloads/ to those who redeem one. Everything else on the site stays as it is.
// Run: copy this folder, then `npm install`, `npx cdk bootstrap`, `npx cdk deploy --all`. Put a file such as downloads/report.pdf into
// the bucket that an output names (DownloadsContentBucket…), and invoke the function of the output IssuerName with
// {"key": "downloads/report.pdf"}: its result is a link.

const app = new App()
const stack = new Stack(app, 'Site', { env: { region: 'us-east-1' } })

// The site as it was, but for IPv6: a signed URL is bound to an IPv4 address, unless the construct has `ipv6`.
const pages = new Bucket(stack, 'Pages', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true })
const site = new Distribution(stack, 'Distribution', {
  defaultBehavior: {
    origin: S3BucketOrigin.withOriginAccessControl(pages),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  },
  defaultRootObject: 'index.html',
  enableIpv6: false,
})

// What is new.
const once = new OnceAtEdge(stack, 'Downloads')
const issuer = new LambdaFunction(stack, 'Issuer', {
  description: 'Issues a link to the file that its event names',
  runtime: Runtime.PYTHON_3_14,
  handler: 'issue.handler',
  code: Code.fromAsset(new URL('issuer', import.meta.url).pathname),
  environment: { API_URL: once.apiUrl },
})
once.grants.issue(issuer, { prefixes: ['downloads/'] })
once.addTo(site) // with a behaviour for each prefix of issuers

new CfnOutput(stack, 'Website', { value: `https://${site.distributionDomainName}` })
new CfnOutput(stack, 'IssuerName', { value: issuer.functionName })
