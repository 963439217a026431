import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { bucketArn } from '../placement/names.ts'
import { uploadableIn } from './content-bucket.ts'
import { grantLinks } from './link-grants.ts'
import { createDeadLetterQueue } from './queue.ts'
import { RegionalFunction } from './regional-function.ts'
import { grantSchedules } from './schedules.ts'

/**
 * The function that schedules call when the file of a link may go: it alone deletes versions, below the prefixes of uploads. What it
 * can't do, after three attempts, is in a queue for operators.
 */
export class FileEnds extends Construct {
  constructor(scope: Construct, id: string, { settings, names, issuers }: DeploymentProps) {
    super(scope, id)
    const [home] = settings.homeRegions
    const failed = createDeadLetterQueue(this, 'Failed', { queueName: names.fileEndsQueue })
    const ends = new RegionalFunction(this, 'Function', {
      folder: 'file-ends',
      settings,
      functionName: names.jobFunction('file-ends'),
      description: 'Deletes the files of links that are over',
      timeout: 60,
      environment: { BUCKET: names.contentBucket(home) },
      deadLetterQueue: failed,
    })
    grantLinks(ends, 'read', { names, regions: settings.homeRegions })
    grantSchedules(ends, { settings, names })
    const { list, produce } = uploadableIn(this, bucketArn(names.contentBucket(home)), { issuers, uploadLinks: false })
    ends.allow(['s3:DeleteObjectVersion'], list)
    const below = 'A link may name any file that was uploaded below the prefixes of issuers.'
    acknowledge(ends.role, () => Object.fromEntries(produce().map(each => [`IAM5[Resource::${each}]`, below])))
  }
}
