import { AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml, xmlError, xmlList } from './xml.ts'

/** CloudFront: requests are paths, responses XML, whose lists differ from those of templates. */
export const cloudFront: Protocol = {
  type: 'text/xml',
  respond(call) {
    const [, kind = '', id] = /^\/2020-05-31\/([\w-]+)(?:\/(\w+))?$/.exec(call.url.pathname) ?? []
    if (call.method !== 'GET') throw new AwsError('NotImplemented', call.operation, 501)
    if (kind === 'distribution' && id !== undefined) return xml({ Distribution: distributionOf(call, id) })
    if (kind === 'distribution') return xml({ DistributionList: distributions(call) })
    if (kind === 'key-group') return xml({ KeyGroupList: keyGroups(call) })
    if (kind === 'public-key') return xml({ PublicKeyList: publicKeys(call) })
    throw new AwsError('NotImplemented', call.operation, 501)
  },
  errorBody: xmlError,
}

/** Nothing listens there: a test that needs a distribution's responses has another client. */
export const distributionHost = '127.0.0.1:1'

const onePage = { Marker: '', MaxItems: 100, IsTruncated: false }
const configOf = ({ properties }: Thing) => properties['DistributionConfig'] as Properties

function distributions({ account }: Call): object {
  const found = thingsOf(account, 'AWS::CloudFront::Distribution')
  return xmlList(
    'DistributionSummary',
    found.map(each => ({ Id: each.id, Comment: configOf(each)['Comment'], Enabled: true })),
    onePage,
  )
}

function distributionOf({ account }: Call, id: string): object {
  const found = thing(account, 'AWS::CloudFront::Distribution', { id })
  if (found === undefined) throw new AwsError('NoSuchDistribution', `there is no ${id}`, 404)
  const config = configOf(found)
  const certificate = config['ViewerCertificate'] as Properties | undefined
  return {
    Id: id,
    Status: found.properties['status'] ?? 'Deployed',
    DomainName: distributionHost,
    DistributionConfig: {
      Aliases: xmlList('CNAME', (config['Aliases'] ?? []) as string[]),
      DefaultCacheBehavior: behaviourOf(config['DefaultCacheBehavior'] as Properties),
      CacheBehaviors: xmlList('CacheBehavior', ((config['CacheBehaviors'] ?? []) as Properties[]).map(behaviourOf)),
      CustomErrorResponses: xmlList('CustomErrorResponse', (config['CustomErrorResponses'] ?? []) as Properties[]),
      Origins: xmlList(
        'Origin',
        ((config['Origins'] ?? []) as Properties[]).map(({ Id, DomainName }) => ({ Id, DomainName })),
      ),
      Comment: config['Comment'],
      Logging: { Enabled: config['Logging'] !== undefined },
      Enabled: config['Enabled'],
      ViewerCertificate: {
        CloudFrontDefaultCertificate: certificate === undefined,
        // CloudFront returns this version with its own certificate.
        MinimumProtocolVersion: certificate?.['MinimumProtocolVersion'] ?? 'TLSv1',
      },
      WebACLId: config['WebACLId'] ?? '',
      HttpVersion: config['HttpVersion'],
      IsIPV6Enabled: config['IPV6Enabled'],
    },
  }
}

function behaviourOf(behaviour: Properties): object {
  const groups = (behaviour['TrustedKeyGroups'] ?? []) as string[]
  const signers = (behaviour['TrustedSigners'] ?? []) as string[]
  return {
    PathPattern: behaviour['PathPattern'],
    TargetOriginId: behaviour['TargetOriginId'],
    TrustedSigners: xmlList('AwsAccountNumber', signers, { Enabled: signers.length > 0 }),
    TrustedKeyGroups: xmlList('KeyGroup', groups, { Enabled: groups.length > 0 }),
    ViewerProtocolPolicy: behaviour['ViewerProtocolPolicy'],
    FunctionAssociations: xmlList('FunctionAssociation', (behaviour['FunctionAssociations'] ?? []) as Properties[]),
    LambdaFunctionAssociations: xmlList(
      'LambdaFunctionAssociation',
      ((behaviour['LambdaFunctionAssociations'] ?? []) as Properties[]).map(each => ({ ...each })),
    ),
    RealtimeLogConfigArn: behaviour['RealtimeLogConfigArn'],
  }
}

function keyGroups({ account }: Call): object {
  const found = thingsOf(account, 'key group').map(({ id, properties }) => ({
    KeyGroup: {
      Id: properties['id'],
      LastModifiedTime: '2026-11-01T00:00:00Z',
      KeyGroupConfig: { Name: id, Items: { PublicKey: properties['keyIds'] } },
    },
  }))
  return xmlList('KeyGroupSummary', found, { MaxItems: 100 })
}

function publicKeys({ account }: Call): object {
  const found = thingsOf(account, 'public key').map(({ id, properties }) => ({
    Id: id,
    Name: properties['name'],
    CreatedTime: properties['createdAt'],
    EncodedKey: 'PEM',
  }))
  return xmlList('PublicKeySummary', found, { MaxItems: 100 })
}
