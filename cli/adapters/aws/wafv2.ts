import {
  type FieldToMatch,
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2'
import type { WebAcl, WebAcls } from '../../ports/aws-cloudfront.ts'
import { allOf, globalRegion, pagesOf, sdkRetry, undefinedIfMissing } from './client.ts'

/** Creates the adapter of AWS WAF. Web ACLs of distributions are in us-east-1. */
export function wafv2(): WebAcls {
  const client = new WAFV2Client({ ...sdkRetry, region: globalRegion })
  return {
    async exists(name) {
      const pages = pagesOf(
        token => client.send(new ListWebACLsCommand({ Scope: 'CLOUDFRONT', NextMarker: token })),
        // WAF returns a marker with every page that has items, the last one too.
        page => (page.WebACLs?.length ? page.NextMarker : undefined),
      )
      return (await allOf(pages, page => page.WebACLs)).some(({ Name }) => Name === name)
    },
    async at(ARN) {
      const [, Name = '', Id = ''] = /:global\/webacl\/([^/]+)\/([^/]+)$/.exec(ARN) ?? []
      const request = client.send(new GetWebACLCommand({ Name, Scope: 'CLOUDFRONT', Id }))
      const found = await undefinedIfMissing(request, 'WAFNonexistentItemException')
      if (found?.WebACL === undefined) return undefined
      const logging = client.send(new GetLoggingConfigurationCommand({ ResourceArn: ARN }))
      const log = await undefinedIfMissing(logging, 'WAFNonexistentItemException')
      return toWebAcl(found.WebACL, log && redactedIn(log.LoggingConfiguration?.RedactedFields))
    },
  }
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
