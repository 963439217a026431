import { deployment as inlined } from '../../shared/aws/deployment.ts'
import { ownConfig, systemClock } from '../../shared/aws/process.ts'
import { secretKeyring } from '../../shared/aws/secrets-manager.ts'
import { assert } from '../../shared/errors.ts'
import { logAndAudit } from '../adapters/audit.ts'
import { uploadState } from '../adapters/dynamodb-api-state.ts'
import { randomBytes } from '../adapters/process.ts'
import { s3Uploads } from '../adapters/s3-uploads.ts'
import { reachableDeployment, withEnvironment } from '../local-deployment.ts'
import { createUploadHandler } from './handler.ts'

const { AWS_REGION: here = '', BUCKET: bucket = '', BUCKET_REGION: bucketRegion = '' } = process.env
assert(bucket !== '' && bucketRegion !== '', 'set BUCKET and BUCKET_REGION to the bucket that holds the objects')

const deployment = withEnvironment(reachableDeployment(inlined, here), process.env)

/** The function behind the REST API's `/uploads`. */
export const handler = createUploadHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring: secretKeyring(deployment, here),
    bucket: s3Uploads(bucket, { region: bucketRegion }),
    ...uploadState(deployment.apiStateTable, { region: here, ...ownConfig('DYNAMODB') }),
    ...logAndAudit(deployment, here),
  },
  deployment,
)
