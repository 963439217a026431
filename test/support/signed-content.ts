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
    // With an address the signer writes a custom policy, as edges do.
    ipAddress: '0.0.0.0/0',
  })
}
