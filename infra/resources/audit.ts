import { Stack } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { eventSource } from '../../shared/webhooks/webhook.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn } from '../placement/names.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from '../settings/settings.ts'
import { createCall } from './call-log.ts'
import type { RegionalFunction } from './regional-function.ts'

/** Returns whether callers are audited in a Region, and so a bus is there. */
export function isAuditedIn(region: Region, settings: Settings): boolean {
  return settings.audit && apiRegionsOf(settings).includes(region)
}

/** Lets a function of the api publish what callers do, to the bus of its own Region, which a private network can reach too. */
export function grantAudit(grantee: RegionalFunction, region: Region, { names }: DeploymentProps): void {
  grantee.function.addEnvironment('AUDIT_BUS', names.bus)
  grantee.allow(['events:PutEvents'], [arn('events', region, `event-bus/${names.bus}`)])
}

/** The bus of the audit in a Region other than us-east-1, where the one of alarms and links serves. */
export class AuditBus extends Construct {
  constructor(scope: Construct, id: string, props: DeploymentProps) {
    super(scope, id)
    const eventBusName = props.names.bus
    const bus = new events.EventBus(this, 'Bus', { eventBusName, description: 'What callers of the api do' })
    new ConfigurationEvent(this, 'Settings', { ...props, bus })
  }
}

/** Props of `ConfigurationEvent`. */
export interface ConfigurationEventProps extends DeploymentProps {
  readonly bus: events.EventBus
}

/**
 * Publishes the settings and issuers in force, at the first deployment and with each change of them. Who made the change is in CloudTrail, as the
 * caller of CloudFormation.
 */
export class ConfigurationEvent extends Construct {
  constructor(scope: Construct, id: string, { settings, names, issuers, bus }: ConfigurationEventProps) {
    super(scope, id)
    const inForce = { settings: publicSettings(settings), ...(issuers && { issuers }) }
    const detail = { deployment: names.bus, action: 'configure', outcome: 'done', ...inForce }
    const entry = { EventBusName: names.bus, Source: eventSource, DetailType: 'Audit' }
    const { region } = Stack.of(this)
    createCall(this, 'Event', {
      settings,
      onUpdate: {
        service: 'EventBridge',
        action: 'PutEvents',
        parameters: { Entries: [{ ...entry, Detail: Stack.of(this).toJsonString(detail) }] },
        physicalResourceId: PhysicalResourceId.of('settings'),
      },
      returns: ['FailedEntryCount'],
      actions: ['events:PutEvents'],
      resources: [arn('events', region, `event-bus/${names.bus}`)],
    }).node.addDependency(bus)
  }
}

/** Settings that are no event: one is personal, one may hold what only a receiver knows. */
const privateSettings: ReadonlySet<string> = new Set<keyof Settings>(['alarmEmail', 'endpoints'])

function publicSettings(settings: Settings): object {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !privateSettings.has(name)))
}

/** Returns whether the bus in us-east-1 is needed: for events of links and alarms, or for an audit there. */
export function hasMainBus(settings: Settings): boolean {
  return settings.events || isAuditedIn(edgeStackRegion, settings)
}
