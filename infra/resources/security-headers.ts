import { Duration } from 'aws-cdk-lib'
import { HeadersReferrerPolicy, type ResponseSecurityHeadersBehavior } from 'aws-cdk-lib/aws-cloudfront'

/** The security headers of all that comes from a bucket, whatever its objects say: as `securityHeaders` of shared/http.ts, and a CSP. */
export function securityHeadersWith(contentSecurityPolicy: string): ResponseSecurityHeadersBehavior {
  return {
    contentTypeOptions: { override: true },
    contentSecurityPolicy: { contentSecurityPolicy, override: true },
    referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
    strictTransportSecurity: { accessControlMaxAge: Duration.days(730), override: true },
  }
}
