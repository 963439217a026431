import type { ResponseHeadersPolicyConfig } from '@aws-sdk/client-cloudfront'

type Headers = Readonly<Record<string, string>>

interface Addition {
  readonly name: string
  readonly value: string
  readonly override: boolean
}

/**
 * Applies a response headers policy: removes, then adds. A header of the policy replaces the origin's if it says so (AWS,
 * "Understand response headers policies"). Names are in lower case.
 */
export function withHeadersPolicy(headers: Headers, policy: ResponseHeadersPolicyConfig): Headers {
  const removed = new Set(policy.RemoveHeadersConfig?.Items?.map(({ Header = '' }) => Header.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !removed.has(name))
  const result = Object.fromEntries(kept)
  for (const { name, value, override } of additionsOf(policy)) {
    if (override || result[name] === undefined) result[name] = value
  }
  return result
}

function additionsOf(policy: ResponseHeadersPolicyConfig): readonly Addition[] {
  const custom = policy.CustomHeadersConfig?.Items ?? []
  return [
    ...securityHeadersOf(policy.SecurityHeadersConfig ?? {}),
    ...custom.map(({ Header = '', Value: value = '', Override: override = false }) => ({
      name: Header.toLowerCase(),
      value,
      override,
    })),
  ]
}

function securityHeadersOf(
  security: NonNullable<ResponseHeadersPolicyConfig['SecurityHeadersConfig']>,
): readonly Addition[] {
  const { StrictTransportSecurity: tls } = security
  const values: readonly (readonly [
    string,
    string | undefined,
    { readonly Override?: boolean | undefined } | undefined,
  ])[] = [
    ['content-security-policy', security.ContentSecurityPolicy?.ContentSecurityPolicy, security.ContentSecurityPolicy],
    ['x-content-type-options', 'nosniff', security.ContentTypeOptions],
    ['x-frame-options', security.FrameOptions?.FrameOption, security.FrameOptions],
    ['referrer-policy', security.ReferrerPolicy?.ReferrerPolicy, security.ReferrerPolicy],
    [
      'strict-transport-security',
      [
        `max-age=${tls?.AccessControlMaxAgeSec}`,
        ...(tls?.IncludeSubdomains === true ? ['includeSubDomains'] : []),
        ...(tls?.Preload === true ? ['preload'] : []),
      ].join('; '),
      tls,
    ],
  ]
  return values.flatMap(([name, value, setting]) =>
    setting === undefined || value === undefined ? [] : [{ name, value, override: setting.Override ?? false }],
  )
}
