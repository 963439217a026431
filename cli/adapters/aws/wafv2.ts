import {
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  type Scope,
  WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2'
import type { WebAcl } from '../../ports/aws-resources.ts'
import type { Firewalls } from '../../ports/ports.ts'
import { allOf, clientPerRegion, pagesOf, undefinedIfMissing } from './client.ts'

/** Web ACLs of WAF. */
export function wafv2(): Firewalls {
  const clientIn = clientPerRegion(config => new WAFV2Client(config))
  return {
    async named(name, scope, region) {
      const client = clientIn(region)
      const summary = await summaryOf(name, scope, client)
      if (summary === undefined) return undefined
      const asked = new GetWebACLCommand({ Name: name, Scope: scope, Id: summary.Id })
      const found = await undefinedIfMissing(client.send(asked), 'WAFNonexistentItemException')
      if (found?.WebACL === undefined) return undefined
      const log = client.send(new GetLoggingConfigurationCommand({ ResourceArn: summary.ARN }))
      return ofAcl(found.WebACL, (await undefinedIfMissing(log, 'WAFNonexistentItemException')) !== undefined)
    },
  }
}

async function summaryOf(name: string, Scope: Scope, client: WAFV2Client) {
  const pages = pagesOf(
    mark => client.send(new ListWebACLsCommand({ Scope, NextMarker: mark })),
    // WAF gives a mark with a full page, the last one too.
    page => (page.WebACLs?.length ? page.NextMarker : undefined),
  )
  return (await allOf(pages, page => page.WebACLs)).find(({ Name }) => Name === name)
}

function ofAcl({ ARN = '', VisibilityConfig, Rules = [] }: WebACL, logs: boolean): WebAcl {
  const visible = [VisibilityConfig, ...Rules.map(rule => rule.VisibilityConfig)]
  const limits = Rules.flatMap(({ Statement }) => Statement?.RateBasedStatement?.Limit ?? [])
  return {
    arn: ARN,
    keepsSamples: visible.some(config => config?.SampledRequestsEnabled === true),
    logs,
    perAddress: limits.length === 0 ? undefined : Math.min(...limits),
  }
}
