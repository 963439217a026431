import { check, fail } from '../deployment/doctor/check.ts'

/** TLS 1.2 or newer, where the choice is ours: with a domain of its own. */
export const tls = check({
  name: 'tls',
  fine: 'TLS 1.2 or newer',
  needs: ['distribution'],
  appliesTo: ({ domainName }) => domainName !== undefined,
  look({ distribution }) {
    if (distribution === undefined || /^TLSv1\.[23]_/.test(distribution.tls ?? '')) return []
    return [
      fail(`viewers may use ${distribution.tls ?? "CloudFront's own certificate"}, expected: TLSv1.2_2021 or newer`),
    ]
  },
})
