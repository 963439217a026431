import {
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  type Scope,
  WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2'
import type { WebAcl } from '../../ports/aws-resources.ts'
import type { WebAcls } from '../../ports/ports.ts'
import { allOf, clientPerRegion, pagesOf, undefinedIfMissing } from './client.ts'

/** Creates the adapter of AWS WAF. */
export function wafv2(): WebAcls {
  const clientIn = clientPerRegion(config => new WAFV2Client(config))
  return {
    async named(name, scope, region) {
      const client = clientIn(region)
      const summary = await findSummary(name, scope, client)
      if (summary === undefined) return undefined
      const request = new GetWebACLCommand({ Name: name, Scope: scope, Id: summary.Id })
      const found = await undefinedIfMissing(client.send(request), 'WAFNonexistentItemException')
      if (found?.WebACL === undefined) return undefined
      const logging = client.send(new GetLoggingConfigurationCommand({ ResourceArn: summary.ARN }))
      return toWebAcl(found.WebACL, (await undefinedIfMissing(logging, 'WAFNonexistentItemException')) !== undefined)
    },
  }
}

async function findSummary(name: string, Scope: Scope, client: WAFV2Client) {
  const pages = pagesOf(
    token => client.send(new ListWebACLsCommand({ Scope, NextMarker: token })),
    // WAF returns a marker with every page that has items, the last one too.
    page => (page.WebACLs?.length ? page.NextMarker : undefined),
  )
  return (await allOf(pages, page => page.WebACLs)).find(({ Name }) => Name === name)
}

function toWebAcl({ ARN = '', VisibilityConfig, Rules = [] }: WebACL, logs: boolean): WebAcl {
  const visibility = [VisibilityConfig, ...Rules.map(rule => rule.VisibilityConfig)]
  const limits = Rules.flatMap(({ Statement }) => Statement?.RateBasedStatement?.Limit ?? [])
  return {
    arn: ARN,
    keepsSamples: visibility.some(config => config?.SampledRequestsEnabled === true),
    logs,
    perAddress: limits.length === 0 ? undefined : Math.min(...limits),
  }
}
