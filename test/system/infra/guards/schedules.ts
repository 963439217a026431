import { removedContentHeaders } from '../../../../shared/http.ts'
import { contains, type Guard } from './guard.ts'

const home = { in: 'ends', stack: 'once-eu-west-1' } as const

/** Guards of the schedules of links, and of what deletes files. */
export const scheduleGuards: readonly Guard[] = [
  {
    title: 'the role of schedules is trusted for the group of the deployment alone',
    ...home,
    type: 'AWS::IAM::Role',
    id: /^Schedules/,
    path: 'Properties.AssumeRolePolicyDocument.Statement.0.Condition.StringEquals',
    is: contains(':schedule-group/once-links'),
  },
  {
    title: 'a file that could not be deleted is in a queue for two weeks',
    ...home,
    type: 'AWS::SQS::Queue',
    id: /^FileEnds/,
    path: 'Properties.MessageRetentionPeriod',
    is: 1_209_600,
  },
  {
    title: 'what the function of files fails at goes to that queue',
    ...home,
    type: 'AWS::Lambda::Function',
    id: /^FileEnds/,
    path: 'Properties.DeadLetterConfig.TargetArn',
    is: contains('FileEnds'),
  },
  {
    title: 'recipients don’t learn who uploaded a file',
    in: 'ends',
    type: 'AWS::CloudFront::ResponseHeadersPolicy',
    id: /^EdgeDownloadsHeaders/,
    path: 'Properties.ResponseHeadersPolicyConfig.RemoveHeadersConfig.Items',
    is: contains('x-amz-meta-once-caller'),
    without: removedContentHeaders.map(Header => ({ Header })),
  },
]
