import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { assert } from '../../shared/errors.ts'
import type { Region } from '../../shared/regions.ts'
import { AlarmForwarding, EdgeAlarms } from '../constructs/alarms.ts'
import { ServiceKey } from '../constructs/kms-keys.ts'
import { SignerKeys } from '../constructs/signer-keys.ts'
import { UsedLinkMonitor } from '../constructs/used-link-monitor.ts'
import type { Names } from '../names.ts'
import { apiRegionsOf, secretRegionsOf, type Settings } from '../settings.ts'

/** Props of `RegionStack`. */
export interface RegionStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly region: Region
  /** The source of the function that publishes refusals of used links. */
  readonly usedLinks: string
  /** Signer `kms`: the keys that this Region replicates. */
  readonly signerKeys?: SignerKeys | undefined
}

/**
 * What each Region needs before other stacks: KMS keys for its data, the log of its edge, alarms, and the function that reads
 * that log. It has no assets, so most Regions need no bootstrap. The first home Region has the bus.
 */
export class RegionStack extends Stack {
  readonly #tableKey: kms.Key | undefined
  readonly #secretKey: kms.Key | undefined
  readonly #props: RegionStackProps

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.deletionProtection })
    this.#props = props
    const { settings, names, region } = props
    const [home] = settings.homeRegions
    const hasTables = settings.homeRegions.includes(region) || apiRegionsOf(settings).includes(region)
    this.#tableKey = hasTables ? this.#createKey('table', 'dynamodb') : undefined
    if (region === home) this.#createBus()
    new AlarmForwarding(this, 'Alarms', { name: settings.name, names, busRegion: home })
    if (!secretRegionsOf(settings).includes(region)) return
    this.#secretKey = this.#createKey('secret', 'secretsmanager')
    if (props.signerKeys !== undefined) this.#replicate(props.signerKeys)
    this.#monitorEdge(home)
  }

  /** The key for tables in this Region; throws if it has none. */
  get tableKey(): kms.IKey {
    assert(this.#tableKey, 'a Region with a table has a key for it')
    return this.#tableKey
  }

  /** The ARN of the key for the secret in this Region; throws if it has no copy. */
  get secretKeyArn(): string {
    assert(this.#secretKey, 'a Region with a copy of the secret has a key for it')
    return this.#secretKey.keyArn
  }

  #createKey(data: string, service: string): ServiceKey {
    const { name } = this.#props.settings
    const description = `Encrypts the data of ${name} in ${service}`
    return new ServiceKey(this, `${data}-key`, { alias: `${name}-${data}`, description, service })
  }

  #replicate(signerKeys: SignerKeys): void {
    const { settings } = this.#props
    new SignerKeys(this, 'Signer', { numbers: settings.kmsKeys, spec: settings.kmsKeySpec, copyOf: signerKeys })
  }

  #monitorEdge(busRegion: Region): void {
    const { settings, names, usedLinks: code } = this.#props
    const edgeLogs = new logs.LogGroup(this, 'EdgeLogs', {
      logGroupName: names.edgeLogs,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const functionName = names.apiFunction('used-links')
    new UsedLinkMonitor(this, 'UsedLinks', { settings, names, logGroup: edgeLogs, functionName, code, busRegion })
    new EdgeAlarms(this, 'EdgeAlarms', {
      name: settings.name,
      edgeFunction: names.edgeFunction,
      usedLinks: settings.usedLinkAlarmThreshold,
    })
  }

  #createBus(): void {
    const { settings, names } = this.#props
    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: names.bus,
      description: 'Events of links, and alarms',
    })
    if (settings.alarmEmail === undefined) return
    const topic = new sns.Topic(this, 'Topic', { topicName: `${settings.name}-alarms`, enforceSSL: true })
    topic.addSubscription(new EmailSubscription(settings.alarmEmail))
    new events.Rule(this, 'Mail', {
      eventBus: bus,
      description: 'Mails alarms',
      eventPattern: { source: ['aws.cloudwatch'], detail: { state: { value: ['ALARM'] } } },
      targets: [new targets.SnsTopic(topic)],
    })
  }
}
