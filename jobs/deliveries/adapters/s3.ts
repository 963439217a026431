import type { Readable } from 'node:stream'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { LogObjects } from '../ports.ts'

/** Timeout of a request until its response begins, in milliseconds; without data for as long, its body fails. */
const idleMs = 15_000

/** Opens objects of the bucket of logs in Region `region`. The SDK makes at most three attempts of a request. */
export function s3LogObjects(bucket: string, region: string): LogObjects {
  const requestHandler = { requestTimeout: idleMs, connectionTimeout: 3000, throwOnRequestTimeout: true }
  const client = new S3Client({ region, maxAttempts: 3, requestHandler })
  return {
    async open(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return Body as Readable
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined
        throw error
      }
    },
  }
}
