import * as s3 from 'aws-cdk-lib/aws-s3'
import { partChecksumHeader } from '../../shared/schemas/upload.ts'

/**
 * Lets pages of any origin send parts of uploads straight to S3. The presigned URL of a part is the right to send it; an origin would add
 * nothing, as programs send any. No header of the response is exposed: the api itself asks S3 for what has arrived.
 */
export const corsRule: s3.CorsRule = {
  allowedMethods: [s3.HttpMethods.PUT],
  allowedOrigins: ['*'],
  allowedHeaders: [partChecksumHeader],
}
