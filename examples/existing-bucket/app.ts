import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: files are in a bucket of another stack, and stay there. Links to them get a distribution of their own; one service may issue
// them, below reports/, and another may only read and revoke what that service has issued.
// Run: copy this folder, then `npm install`, `npx cdk bootstrap`, `npx cdk deploy --all`. A warning names the output with the id of the
// distribution: set `content.distributionId` to it and deploy again, so that the policy of the bucket allows the distribution. The
// stack of the bucket can't refer to it. With a bucket that no CDK app has made, use `Bucket.fromBucketName()`: then an output has the
// statement to add. Nothing may write to the bucket, unless you set `content.uploads` and grant `upload`.

const app = new App()
const env = { region: 'us-east-1' }

// What exists. Versions let a link deliver the file as it was when the link was issued.
const storage = new Stack(app, 'Storage', { env })
const bucket = new Bucket(storage, 'Reports', {
  versioned: true,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.RETAIN,
})

// What is new.
const downloads = new Stack(app, 'Downloads', { env })
const reportsService = new Role(downloads, 'ReportsService', { assumedBy: new AccountRootPrincipal() })
const support = new Role(downloads, 'Support', { assumedBy: new AccountRootPrincipal() })
const once = new OnceAtEdge(downloads, 'Links', {
  content: { bucket },
  issuers: [{ id: 'reports', principal: reportsService, prefixes: ['reports/'], maxLinkSeconds: 7 * 24 * 3600 }],
})
once.grants.read(support, { issuer: 'reports' })
once.grants.revoke(support, { issuer: 'reports' })
once.createDistribution()

new CfnOutput(downloads, 'Api', { value: once.apiUrl })
new CfnOutput(downloads, 'Origin', { value: once.linkOrigin })
