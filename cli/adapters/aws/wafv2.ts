import {
  type FieldToMatch,
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  type Scope,
  WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2'
import type { WebAcl } from '../../ports/aws-resources.ts'
import type { WebAcls } from '../../ports/ports.ts'
import { allOf, clientPerRegion, globalRegion, pagesOf, undefinedIfMissing } from './client.ts'

/** Creates the adapter of AWS WAF. */
export function wafv2(): WebAcls {
  const clientIn = clientPerRegion(config => new WAFV2Client(config))
  const describe = async (of: { Name: string; Scope: Scope; Id: string; ARN: string }, client: WAFV2Client) => {
    const { Name, Scope, Id, ARN } = of
    const request = client.send(new GetWebACLCommand({ Name, Scope, Id }))
    const found = await undefinedIfMissing(request, 'WAFNonexistentItemException')
    if (found?.WebACL === undefined) return undefined
    const logging = client.send(new GetLoggingConfigurationCommand({ ResourceArn: ARN }))
    const log = await undefinedIfMissing(logging, 'WAFNonexistentItemException')
    return toWebAcl(found.WebACL, log && redactedIn(log.LoggingConfiguration?.RedactedFields))
  }
  return {
    async named(name, scope, region) {
      const client = clientIn(region)
      const { Id = '', ARN = '' } = (await findSummary(name, scope, client)) ?? {}
      return ARN === '' ? undefined : describe({ Name: name, Scope: scope, Id, ARN }, client)
    },
    async at(ARN) {
      const [, Name = '', Id = ''] = /:global\/webacl\/([^/]+)\/([^/]+)$/.exec(ARN) ?? []
      return describe({ Name, Scope: 'CLOUDFRONT', Id, ARN }, clientIn(globalRegion))
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

/** Returns the fields and headers that a log redacts, as CloudFormation names them. */
function redactedIn(fields: readonly FieldToMatch[] = []): readonly string[] {
  return fields.flatMap(({ SingleHeader, UriPath, QueryString }) => [
    ...(SingleHeader === undefined ? [] : [SingleHeader.Name?.toLowerCase() ?? '']),
    ...(UriPath === undefined ? [] : ['uriPath']),
    ...(QueryString === undefined ? [] : ['queryString']),
  ])
}

function toWebAcl(
  { ARN = '', Name = '', VisibilityConfig, Rules = [] }: WebACL,
  logsWithout: readonly string[] | undefined,
): WebAcl {
  const visibility = [VisibilityConfig, ...Rules.map(rule => rule.VisibilityConfig)]
  return {
    arn: ARN,
    name: Name,
    keepsSamples: visibility.some(config => config?.SampledRequestsEnabled === true),
    logsWithout,
  }
}
