import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Key } from 'aws-cdk-lib/aws-kms'
import { PublicHostedZone } from 'aws-cdk-lib/aws-route53'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { OnceAtEdge } from '../../../construct/once-at-edge.ts'
import { account } from '../ministack/ministack.ts'

// A user's app, which the CDK's command line runs: what a company has already, all of it in use. The bucket of the files was made
// by other means, so it is imported by its name.
const env = { account, region: 'us-east-1' }
const app = new App()
const company = new Stack(app, 'company', { env })
const zone = new PublicHostedZone(company, 'Zone', { zoneName: 'example.com' })
const vpc = new ec2.Vpc(company, 'Vpc', {
  maxAzs: 2,
  restrictDefaultSecurityGroup: false,
  subnetConfiguration: [{ name: 'inner', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
})
vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 })
const domainName = 'files.example.com'

const downloads = new Stack(app, 'downloads', { env })
// Functions are made after the endpoint that they use.
downloads.addStackDependency(company)
const once = new OnceAtEdge(downloads, 'Downloads', {
  name: 'once',
  network: 'private',
  content: {
    bucket: Bucket.fromBucketName(downloads, 'Files', 'company-files'),
    key: new Key(company, 'Key'),
  },
  vpc: vpc as ec2.IVpc,
  domainName,
  hostedZone: zone,
  certificate: new Certificate(company, 'Certificate', { domainName, validation: CertificateValidation.fromDns(zone) }),
  webAcl: new CfnWebACL(company, 'Acl', {
    scope: 'CLOUDFRONT',
    name: 'company',
    defaultAction: { allow: {} },
    visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'company', sampledRequestsEnabled: false },
  }),
  accessLogs: true,
  accessLogBucket: new Bucket(downloads, 'Logs', { bucketName: 'company-logs' }),
  alarmTopic: new Topic(company, 'Alarms'),
})
once.createDistribution()
new CfnOutput(downloads, 'Api', { value: once.apiUrl })
