import { Aws } from 'aws-cdk-lib'
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { warn } from '../errors.ts'
import { alarmTopicArnIn } from '../existing/global.ts'
import { arn } from '../placement/names.ts'
import { hasEndpoints } from '../settings/endpoint-rules.ts'
import { edgeStackRegion } from '../settings/settings.ts'
import { Webhooks } from './webhooks.ts'
import { ConfigurationEvent, hasMainBus, isAuditedIn } from './audit.ts'

/** Props of `AlarmActions`. */
export interface AlarmActionsProps extends DeploymentProps {
  readonly alarms: readonly cloudwatch.Alarm[]
}

/** The receivers of alarms: with `alarmEmail` an address, with `alarmTopic` a topic of yours, with `events` the bus of the deployment. */
export class AlarmActions extends Construct {
  constructor(scope: Construct, id: string, props: AlarmActionsProps) {
    super(scope, id)
    const { settings, alarms } = props
    if (settings.alarmEmail !== undefined) this.#mail(settings.alarmEmail, props)
    const topic = props.existing?.alarmTopic
    if (topic !== undefined) {
      const alarmActionArn = alarmTopicArnIn(this, topic)
      for (const alarm of alarms) alarm.addAlarmAction({ bind: () => ({ alarmActionArn }) })
    }
    if (hasMainBus(settings)) this.#createBus(props)
    if (settings.alarmEmail !== undefined || topic !== undefined || settings.events) return
    warn(
      this,
      'no-alarm-receiver',
      'alarms ring and no one gets them; got none of alarmEmail, alarmTopic and events; allowed: one of them, or what looks at CloudWatch itself',
    )
  }

  /** Mails when an alarm rings. The topic accepts messages of this deployment's alarms only. */
  #mail(address: string, { settings, names, alarms }: AlarmActionsProps): void {
    const pattern = arn('cloudwatch', Aws.REGION, `alarm:${settings.name}-*`)
    const topic = new sns.Topic(this, 'Topic', { topicName: names.alarmTopic, enforceSSL: true })
    topic.addSubscription(new EmailSubscription(address))
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID }, ArnLike: { 'aws:SourceArn': pattern } },
      }),
    )
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic))
  }

  /**
   * Creates the bus and, with `events`, forwards every change of an alarm's state to it. The bus is here, in the Region that is deployed first, because
   * EventBridge refuses a target that doesn't exist; readers of streams elsewhere publish to it too.
   */
  #createBus({ settings, names, issuers }: DeploymentProps): void {
    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: names.bus,
      description: 'Events of links, and alarms',
    })
    if (isAuditedIn(edgeStackRegion, settings)) {
      new ConfigurationEvent(this, 'Settings', { settings, names, issuers, bus })
    }
    if (!settings.events) return
    if (hasEndpoints(settings)) new Webhooks(this, 'Webhooks', { settings, names, bus: bus as events.IEventBus })
    new events.Rule(this, 'Forwarding', {
      description: 'Forwards alarms of this deployment to its bus',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: events.Match.prefix(arn('cloudwatch', Aws.REGION, `alarm:${settings.name}-`)),
      },
      targets: [new targets.EventBus(bus as events.IEventBus)],
    })
  }
}
