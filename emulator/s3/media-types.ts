import { lookup } from 'mime-types'

/** Returns the media type of an object by its key, as AWS's command line sets it; S3's default for all others. */
export function mediaTypeOf(key: string): string {
  const type = lookup(key) || 'binary/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
