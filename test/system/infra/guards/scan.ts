import { both, contains, type Guard, not, one } from './guard.ts'

const home = { in: 'scanned', stack: 'once-eu-west-1' } as const
const plan = { ...home, type: 'AWS::GuardDuty::MalwareProtectionPlan' } as const

/** Guards of what scans files. Who may read them and set tags is in test/system/iam/scan.test.ts. */
export const scanGuards: readonly Guard[] = [
  {
    title: 'versions are tagged with the result of their scan',
    ...plan,
    path: 'Properties.Actions.Tagging.Status',
    is: 'ENABLED',
    without: 'DISABLED',
  },
  {
    title: 'no file is scanned before the policies of the bucket and of the role are there',
    ...plan,
    path: 'DependsOn',
    is: both(contains('DataContentBucketPolicy'), contains('ScanRoleDefaultPolicy')),
  },
  {
    title: 'an update of the bucket leaves on that GuardDuty learns of uploads',
    ...home,
    type: 'AWS::S3::Bucket',
    path: 'Properties.NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled',
    is: true,
  },
  {
    title: 'the function that publishes findings gets no key of a file',
    ...home,
    type: 'AWS::Events::Rule',
    id: /^ReaderRefused/,
    path: 'Properties.Targets.0.InputTransformer.InputPathsMap',
    is: not(contains('objectKey')),
    without: { key: '$.detail.s3ObjectDetails.objectKey' },
  },
  {
    title: 'in a private network, the API reads results through the endpoint of S3',
    ...home,
    type: 'AWS::EC2::VPCEndpoint',
    id: /^ApiNetworkS3/,
    path: 'Properties.PolicyDocument.Statement',
    is: one(both(contains('s3:GetObjectTagging'), contains('s3:GetObjectVersionTagging'))),
    without: [],
  },
]
