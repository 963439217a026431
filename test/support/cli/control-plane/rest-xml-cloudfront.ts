import { AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import type { Call, Protocol } from './protocol.ts'
import { counted, xml, xmlRefusal } from './xml.ts'

/** CloudFront: paths in, XML out. Its lists have another form than those of templates. */
export const cloudFront: Protocol = {
  type: 'text/xml',
  answer(call) {
    const [, kind = '', id] = /^\/2020-05-31\/([\w-]+)(?:\/(\w+))?$/.exec(call.url.pathname) ?? []
    if (call.method !== 'GET') throw new AwsError('NotImplemented', call.operation, 501)
    if (kind === 'distribution' && id !== undefined) return xml({ Distribution: distributionOf(call, id) })
    if (kind === 'distribution') return xml({ DistributionList: distributions(call) })
    if (kind === 'key-group') return xml({ KeyGroupList: keyGroups(call) })
    if (kind === 'public-key') return xml({ PublicKeyList: publicKeys(call) })
    throw new AwsError('NotImplemented', call.operation, 501)
  },
  refusal: xmlRefusal,
}

const onePage = { Marker: '', MaxItems: 100, IsTruncated: false }
const configOf = ({ properties }: Thing) => properties['DistributionConfig'] as Properties

function distributions({ account }: Call): object {
  const found = thingsOf(account, 'AWS::CloudFront::Distribution')
  return counted(
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
    DistributionConfig: {
      Aliases: counted('CNAME', (config['Aliases'] ?? []) as string[]),
      DefaultCacheBehavior: behaviourOf(config['DefaultCacheBehavior'] as Properties),
      CacheBehaviors: counted('CacheBehavior', ((config['CacheBehaviors'] ?? []) as Properties[]).map(behaviourOf)),
      Comment: config['Comment'],
      Logging: { Enabled: config['Logging'] !== undefined },
      Enabled: config['Enabled'],
      ViewerCertificate: {
        CloudFrontDefaultCertificate: certificate === undefined,
        // CloudFront names this one where it alone decides.
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
    TrustedSigners: counted('AwsAccountNumber', signers, { Enabled: signers.length > 0 }),
    TrustedKeyGroups: counted('KeyGroup', groups, { Enabled: groups.length > 0 }),
    ViewerProtocolPolicy: behaviour['ViewerProtocolPolicy'],
    LambdaFunctionAssociations: counted(
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
  return counted('KeyGroupSummary', found, { MaxItems: 100 })
}

function publicKeys({ account }: Call): object {
  const found = thingsOf(account, 'public key').map(({ id, properties }) => ({
    Id: id,
    Name: properties['name'],
    CreatedTime: properties['createdAt'],
    EncodedKey: 'PEM',
  }))
  return counted('PublicKeySummary', found, { MaxItems: 100 })
}
