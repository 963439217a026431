import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { testKeys } from './keys.ts'
import { noon } from './links.ts'

/** Signs a URL with the test key, for 30 seconds from `noon` and for any address, as the official signer does. */
export function signedUrl(url: string): string {
  return getSignedUrl({
    url,
    keyPairId: testKeys.signing.keyPairId,
    privateKey: testKeys.signing.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    dateLessThan: new Date(noon + 30_000).toISOString(),
    // With a start, too, the signer writes a custom policy, as edges do.
    dateGreaterThan: new Date(noon - 1000).toISOString(),
  })
}
