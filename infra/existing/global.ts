import { Token } from 'aws-cdk-lib'
import type * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as route53 from 'aws-cdk-lib/aws-route53'
import type * as sns from 'aws-cdk-lib/aws-sns'
import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import type { IConstruct } from 'constructs'
import { keepsSamples } from '../add-to/check-firewall.ts'
import type { Zone } from '../../shared/settings/distribution.ts'
import { OnceAtEdgeError, warn } from '../errors.ts'
import { edgeStackRegion } from '../settings/settings.ts'
import { valueIn } from './value-in.ts'

// What CloudFront and its alarms take from us-east-1 only.

/** Returns the ARN of a web ACL for a template of `scope`'s stack. Throws if it isn't one of CloudFront, which is in us-east-1. */
export function webAclArnIn(scope: IConstruct, webAcl: string | wafv2.IWebACLRef): string {
  if (typeof webAcl === 'string') {
    if (Token.isUnresolved(webAcl) || /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(webAcl))
      return webAcl
    throw wrongWebAcl(webAcl)
  }
  if (!isGlobal(webAcl.env)) throw wrongWebAcl(`one in ${webAcl.env.region}`)
  const acl = [webAcl, webAcl.node.defaultChild].find(each => wafv2.CfnWebACL.isCfnWebACL(each))
  if (acl !== undefined && acl.scope !== 'CLOUDFRONT') throw wrongWebAcl(`one with scope ${acl.scope}`)
  if (acl !== undefined && keepsSamples(acl)) {
    const text = `the web ACL ${acl.node.path} keeps samples of requests, which hold nonces; set sampledRequestsEnabled: false on it and its rules`
    warn(scope, 'web-acl-samples', text)
  }
  return valueIn(scope, { value: webAcl.webAclRef.webAclArn, owner: webAcl, name: 'WebAclArn' })
}

function wrongWebAcl(got: string): OnceAtEdgeError {
  const allowed =
    'a web ACL with scope CLOUDFRONT in us-east-1, or its ARN: arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID'
  return new OnceAtEdgeError('web-acl', { problem: 'CloudFront takes no such web ACL', got, allowed })
}

/** Returns the ARN of a certificate for a template of `scope`'s stack. Throws if it is not in us-east-1; settings check text. */
export function certificateArnIn(scope: IConstruct, certificate: acm.ICertificateRef | string): string {
  if (typeof certificate === 'string') return certificate
  const { certificateArn: value } = certificate.certificateRef
  const problem = 'CloudFront takes no such certificate'
  const allowed = 'a certificate in us-east-1, such as one of a stack there'
  const got = elsewhere(value, certificate)
  if (got !== undefined) throw new OnceAtEdgeError('certificate-region', { problem, got, allowed })
  return valueIn(scope, { value, owner: certificate, name: 'CertificateArn' })
}

/** Returns id and name of a hosted zone for a template of `scope`'s stack. Throws if its name is not known at synthesis. */
export function zoneIn(scope: IConstruct, zone: route53.IHostedZoneRef | Zone): Zone {
  if (!('hostedZoneRef' in zone)) return zone
  const resource = [zone, zone.node.defaultChild].find(each => route53.CfnHostedZone.isCfnHostedZone(each))
  const name = 'zoneName' in zone ? zone.zoneName : resource?.name
  if (typeof name !== 'string' || Token.isUnresolved(name)) {
    const problem = 'the name of the hosted zone is not known'
    const allowed = 'a zone of this app with a name, or HostedZone.fromHostedZoneAttributes with zoneName'
    throw new OnceAtEdgeError('hosted-zone-name', { problem, got: zone.node.path, allowed })
  }
  const hostedZoneId = valueIn(scope, { value: zone.hostedZoneRef.hostedZoneId, owner: zone, name: 'HostedZoneId' })
  return { hostedZoneId, zoneName: name.replace(/\.$/, '') }
}

/** Returns the ARN of a topic for alarms. Throws if it is not in us-east-1, as the alarms are. */
export function alarmTopicArnIn(scope: IConstruct, topic: sns.ITopicRef): string {
  const { topicArn: value } = topic.topicRef
  const problem = 'alarms are in us-east-1 and call topics there'
  const allowed = 'a topic in us-east-1; it may forward to others'
  const got = elsewhere(value, topic)
  if (got !== undefined) throw new OnceAtEdgeError('alarm-topic-region', { problem, got, allowed })
  return valueIn(scope, { value, owner: topic, name: 'TopicArn' })
}

/**
 * Says where something is, for an error; undefined if it is in us-east-1. Its Region is that in its ARN; of a token, that of its
 * construct. An import by ARN has the Region of its stack instead.
 */
function elsewhere(arn: string, { env }: { readonly env: { readonly region: string } }): string | undefined {
  const region = Token.isUnresolved(arn) ? env.region : (arn.split(':')[3] ?? '')
  return isGlobal({ region }) ? undefined : `one in ${region}`
}

function isGlobal({ region }: { readonly region: string }): boolean {
  return Token.isUnresolved(region) || region === edgeStackRegion
}
