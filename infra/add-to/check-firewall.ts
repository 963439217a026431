import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import type { IConstruct } from 'constructs'
import type { DistributionConfig, Finding } from './config.ts'
import { redactedFields, secretHeaders } from '../../shared/secrets/secret-headers.ts'
import { resolveToText } from './template-text.ts'

/**
 * Checks what the web ACL of a distribution keeps of requests: their paths are links that still work. `referred` has the constructs to
 * which the distribution refers; of another stack, it has none. With `isOwn`, such a web ACL is that of the deployment.
 */
export function* checkFirewall(
  config: DistributionConfig,
  referred: ReadonlySet<IConstruct>,
  isOwn: boolean,
): Iterable<Finding> {
  if (config.WebACLId === undefined) return
  const acl = [...referred].find(construct => CfnWebACL.isCfnWebACL(construct))
  if (acl === undefined && !isOwn) yield unseen
  if (acl === undefined) return
  const logs = acl.node.root.node
    .findAll()
    .filter(construct => CfnLoggingConfiguration.isCfnLoggingConfiguration(construct))
    .filter(log => resolveToText(log.resourceArn, log).referred.has(acl))
  for (const log of logs) yield* checkLog(log)
  if (keepsSamples(acl)) yield samples
}

const unseen: Finding = {
  id: 'web-acl-unseen',
  level: 'warning',
  problem:
    'whether the web ACL of the distribution logs or samples requests is not known here: paths are links that still work, headers have secrets, and clientIp is the address of the viewer',
  got: 'a web ACL that is not in this app',
  allowed: `a web ACL without sampled requests, whose log redacts ${redactedFields.join(', ')}; then acknowledge this warning`,
}

const samples: Finding = {
  id: 'web-acl-samples',
  level: 'warning',
  problem: 'AWS WAF shows samples of requests for three hours: their paths are links that may still work',
  got: 'a web ACL with sampledRequestsEnabled: true',
  allowed: 'sampledRequestsEnabled: false for the web ACL and each of its rules, or only people who may see links',
}

/** Returns whether a web ACL, or a rule of it, keeps samples of requests. */
export function keepsSamples(acl: CfnWebACL): boolean {
  return JSON.stringify(resolveToText([acl.visibilityConfig, acl.rules], acl).value).includes(
    '"sampledRequestsEnabled":true',
  )
}

function* checkLog(log: CfnLoggingConfiguration): Iterable<Finding> {
  const fields = (resolveToText(log.redactedFields, log).value ?? []) as readonly Readonly<Record<string, unknown>>[]
  const redacted = new Set(
    fields.flatMap(field => {
      const { singleHeader } = field as { singleHeader?: { name?: string; Name?: string } }
      return [...Object.keys(field), (singleHeader?.name ?? singleHeader?.Name ?? '').toLowerCase()]
    }),
  )
  const missing = redactedFields.filter(field => !redacted.has(field))
  if (missing.length > 0)
    yield {
      id: 'web-acl-log',
      level: 'error',
      problem: `the log of the web ACL, ${log.node.path}, would hold links that still work, or secrets of viewers; it has their address in any case, as clientIp`,
      got: `no redaction of ${missing.join(', ')}`,
      allowed: `redactedFields with uriPath, queryString, and the headers ${secretHeaders.join(', ')}`,
    }
}
