import { type App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import { settingsInForce } from '../settings/fixed-settings.ts'
import { namesOf } from '../placement/names.ts'
import { OnceAtEdge } from '../once-at-edge.ts'
import type { OnceAtEdgeProps } from '../settings/props.ts'
import { edgeStackRegion, type Settings } from '../settings/settings.ts'

/**
 * Adds a deployment with a distribution of its own to an app. Its stack is that of us-east-1: so the distribution exists before the
 * bucket that allows only it, in whichever Region that is. The id of the construct is left out of logical ids.
 */
export function addDeployment(app: App, settings: Settings): OnceAtEdge {
  const { account } = settings
  const env = { region: edgeStackRegion, ...(account !== undefined && { account }) }
  const stack = new Stack(app, namesOf(settings.name).regionStack(edgeStackRegion), { env })
  const once = new OnceAtEdge(stack, 'Default', propsOf(stack, settings))
  once.createDistribution()
  const value = JSON.stringify(settingsInForce(settings))
  new CfnOutput(stack, 'Settings', { value, description: 'All settings, which once doctor compares' })
  return once
}

/** Returns settings as props: what they name becomes a reference. */
function propsOf(stack: Stack, settings: Settings): OnceAtEdgeProps {
  const { account: _account, certificateArn, hostedZoneId, hostedZoneName = '', firewall, issuers, ...rest } = settings
  const kind = (['none', 'own', 'plan'] as const).find(each => each === firewall)
  return {
    ...defined(rest),
    ...(issuers !== undefined && { issuers: issuers.map(defined) }),
    ...(certificateArn !== undefined && {
      certificate: Certificate.fromCertificateArn(stack, 'GivenCertificate', certificateArn),
    }),
    ...(hostedZoneId !== undefined && {
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'GivenZone', { hostedZoneId, zoneName: hostedZoneName }),
    }),
    ...(kind === undefined ? firewall !== undefined && { webAcl: firewall } : { firewall: kind }),
  }
}

/** Returns an object without members that are undefined. */
function defined<T extends object>(all: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(all).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
