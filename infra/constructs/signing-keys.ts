import { type CfnElement, CustomResource, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as secrets from 'aws-cdk-lib/aws-secretsmanager'
import { Provider } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import { arn, type Names } from '../names.ts'
import { edgeStackRegion, type Settings, secretRegionsOf } from '../settings.ts'
import { actionsOf, type Purpose } from './key-function-actions.ts'
import { RegionalFunction } from './regional-function.ts'

/** What the keys are made from. */
export interface SigningKeysProps {
  readonly settings: Settings
  readonly names: Names
  /** The folder with the bundle of keys/. */
  readonly code: string
  /** The ARN of the key that encrypts the secret, in each Region that has a copy. */
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
  /** Signer `kms`: the keys there are; the last is the one that is to sign. */
  readonly kmsKeyIds: readonly string[]
}

/**
 * The keys of a deployment: the secret with its copies, and the functions that make the first keys and tell CloudFront,
 * rotate them, retire what is no longer needed, and end all links after a restore.
 */
export class SigningKeys extends Construct {
  readonly secret: secrets.CfnSecret
  readonly keyGroupId: string
  readonly #props: SigningKeysProps

  constructor(scope: Construct, id: string, props: SigningKeysProps) {
    super(scope, id)
    this.#props = props
    this.secret = this.#makeSecret()
    const first = this.#makeFirstKeys()
    this.keyGroupId = first.getAttString('KeyGroupId')
    this.#rotate(first)
    const retire = this.#function('retire', 'Retires keys that nothing can need any more', {
      handler: 'retirement',
      timeout: 120,
    })
    // It looks whether the copies are as new as the secret.
    retire.allow(['secretsmanager:DescribeSecret'], this.#copyArns())
    new events.Rule(this, 'EveryDay', {
      description: 'Looks for keys to retire',
      schedule: events.Schedule.cron({ hour: '4', minute: '17' }),
      targets: [new targets.LambdaFunction(retire.function)],
    })
    this.#function('invalidate-links', 'Ends all links that were issued so far, after a restore', {
      handler: 'invalidateLinks',
      timeout: 60,
    })
  }

  /** Of a copy of the secret, the ARN but for the Region: its name and six characters, the same in all. */
  get secretSuffix(): string {
    return Fn.select(6, Fn.split(':', this.secret.ref))
  }

  /** To read the keys in every Region that has a copy. */
  grantRead(grantee: iam.IGrantable): void {
    SigningKeys.grantReadOf(grantee, this.secretSuffix, secretRegionsOf(this.#props.settings))
  }

  #copyArns(): readonly string[] {
    const copies = secretRegionsOf(this.#props.settings).filter(region => region !== edgeStackRegion)
    return copies.map(region => arn('secretsmanager', region, `secret:${this.secretSuffix}`))
  }

  /** The same from another stack, which knows the secret by `secretSuffix`. */
  static grantReadOf(grantee: iam.IGrantable, secretSuffix: string, regions: readonly Region[]): void {
    const resourceArns = regions.map(region => arn('secretsmanager', region, `secret:${secretSuffix}`))
    iam.Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns }).assertSuccess()
  }

  #makeSecret(): secrets.CfnSecret {
    const { settings, names, secretKeyArns } = this.#props
    const keyIn = (region: Region) => ({ kmsKeyId: secretKeyArns[region] ?? '' })
    const copies = secretRegionsOf(settings).filter(region => region !== edgeStackRegion)
    const secret = new secrets.CfnSecret(this, 'Secret', {
      name: names.secret,
      description: 'The keys that sign capabilities and make nonces',
      generateSecretString: {}, // no keys: until the first are made, every request is answered 503
      ...keyIn(edgeStackRegion),
      replicaRegions: copies.map(region => ({ region, ...keyIn(region) })),
    })
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY)
    return secret
  }

  #makeFirstKeys(): CustomResource {
    const creator = this.#function('create', 'Makes the first keys, and tells CloudFront', {
      handler: 'customResource',
      timeout: 900,
    })
    const logGroup = new logs.LogGroup(this, 'ProviderLog', {
      retention: this.#props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const provider = new Provider(this, 'Provider', { onEventHandler: creator.function, logGroup })
    const called = Stack.of(this).getLogicalId(creator.function.node.defaultChild as CfnElement)
    acknowledge(provider, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        "The CDK's own function may write its log.",
      [`IAM5[Resource::<${called}.Arn>:*]`]: 'Any version of the one function it calls.',
    })
    return new CustomResource(this, 'First', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::SigningKeys',
      properties: { SecretArn: this.secret.ref },
    })
  }

  #rotate(first: CustomResource): void {
    const rotate = this.#function('rotate', 'Rotates the keys, one step of Secrets Manager at a time', {
      handler: 'rotation',
      timeout: 900,
    })
    const permission = new lambda.CfnPermission(this, 'MayRotate', {
      functionName: rotate.function.functionArn,
      action: 'lambda:InvokeFunction',
      principal: 'secretsmanager.amazonaws.com',
      sourceArn: this.secret.ref,
    })
    const schedule = new secrets.CfnRotationSchedule(this, 'Schedule', {
      secretId: this.secret.ref,
      rotationLambdaArn: rotate.function.functionArn,
      rotationRules: { scheduleExpression: `rate(${this.#props.settings.rotationDays} days)` },
      rotateImmediatelyOnUpdate: false,
    })
    schedule.addResourceDependency(permission)
    schedule.node.addDependency(first)
  }

  #function(purpose: Purpose, description: string, of: { handler: string; timeout: number }): RegionalFunction {
    const { settings, names, code, kmsKeyIds } = this.#props
    const kmsKeyId = kmsKeyIds.at(-1)
    const made = new RegionalFunction(this, purpose, {
      functionName: names.keysFunction(purpose),
      description,
      code: lambda.Code.fromAsset(code),
      handler: `index.${of.handler}`,
      timeout: of.timeout,
      environment: kmsKeyId === undefined ? {} : { KMS_KEY_ID: kmsKeyId },
      logRetentionDays: settings.logRetentionDays,
    })
    this.#grant(made, purpose)
    return made
  }
  /** The secret is ours by name, a key of KMS by id; CloudFront takes no resource for public keys and key groups. */
  #grant(made: RegionalFunction, purpose: Purpose): void {
    const { kmsKeyIds } = this.#props
    const { cloudfront, secretsmanager, kms } = actionsOf(purpose)
    made.allow(secretsmanager, [this.secret.ref])
    if (cloudfront.length > 0) {
      made.allow(cloudfront, ['*'])
      acknowledge(made.role, { 'IAM5[Resource::*]': 'CloudFront takes no resource for public keys and key groups.' })
    }
    if (kmsKeyIds.length === 0 || kms.length === 0) return
    made.allow(
      kms,
      kmsKeyIds.map(id => arn('kms', edgeStackRegion, `key/${id}`)),
    )
  }
}
