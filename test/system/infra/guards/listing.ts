import { type Variant, variants } from '../synthesised.ts'
import type { Guard } from './guard.ts'

const reads = new Set(['s3:GetObject', 's3:GetObjectVersion'])

interface Statement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Action: string | readonly string[]
}

/** Whether statements allow CloudFront, or everyone, to read objects and nothing else. */
function onlyRead(statements: unknown): boolean {
  const allowed = (statements as readonly Statement[]).filter(
    ({ Effect, Principal }) => Effect === 'Allow' && /cloudfront|"\*"/.test(JSON.stringify(Principal)),
  )
  return allowed.flatMap(({ Action }) => Action).every(action => reads.has(action))
}

const list = { Effect: 'Allow', Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:ListBucket' }

/** In every deployment, a request for `/` could list the keys of files if CloudFront might list the bucket. */
export const listingGuards: readonly Guard[] = (Object.keys(variants) as Variant[]).map(variant => ({
  title: `CloudFront may read files and not list them: ${variant}`,
  in: variant,
  type: 'AWS::S3::BucketPolicy',
  path: 'Properties.PolicyDocument.Statement',
  is: onlyRead,
  without: [list],
}))
