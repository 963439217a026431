import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { attachmentNamed } from '../../shared/object-key.ts'
import type { Presign, Presigner } from '../exchange/ports.ts'
import type { Life } from '../ports.ts'

interface S3Object {
  readonly Bucket: string
  readonly Key: string
  readonly filename?: string | undefined
  readonly VersionId?: string | undefined
}

interface CachedPresign {
  readonly accessKeyId: string
  readonly sessionToken: string | undefined
  readonly presign: Presign
}

/**
 * Presigns GETs for the objects of one bucket, by the SDK (AWS, "Sharing objects with presigned URLs"). `config` names the
 * bucket's Region. Each `Presign` signs with its own copy of the credentials, so that no credentials are requested between
 * the write and the response.
 */
export function s3Presigner(bucket: string, config: S3ClientConfig): Presigner {
  const source = new S3Client(config)
  let cached: CachedPresign | undefined
  return {
    bucket,
    async ready() {
      const { accessKeyId, secretAccessKey, sessionToken } = await source.config.credentials()
      if (cached?.accessKeyId === accessKeyId && cached.sessionToken === sessionToken) return cached.presign
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
      const client = new S3Client({ ...config, credentials })
      // A trial signature, which is discarded: if S3 is misconfigured, it fails before a link is consumed.
      await urlFor({ Bucket: bucket, Key: 'rehearsal', filename: 'r' }, { from: 0, until: 1 }, client)
      const presign: Presign = ({ key, filename, versionId }, life) =>
        urlFor({ Bucket: bucket, Key: key, filename, VersionId: versionId }, life, client)
      cached = { accessKeyId, sessionToken, presign }
      return presign
    },
  }
}

function urlFor(
  { filename, ...object }: S3Object,
  { from, until }: { readonly [end in keyof Life]: number },
  client: S3Client,
): Promise<string> {
  const named = filename !== undefined && { ResponseContentDisposition: attachmentNamed(filename) }
  const command = new GetObjectCommand({ ...object, ...named })
  return getSignedUrl(client, command, { signingDate: new Date(from * 1000), expiresIn: until - from })
}
