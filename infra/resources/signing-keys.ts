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
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn } from '../placement/names.ts'
import { edgeStackRegion, secretRegionsOf } from '../settings/settings.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `SigningKeys`. */
export interface SigningKeysProps extends DeploymentProps {
  /** The ARNs of the customer managed keys of the secret, by Region. @default the key of Secrets Manager */
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
}

const readKeys = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
const readSecret = ['DescribeSecret', 'GetSecretValue']

/** What a function of jobs/keys/ may do, by what its actions are on: CloudFront's keys, its distributions, the secret. */
interface KeyFunction {
  /** The export of jobs/keys/main.ts. All functions have the same code. */
  readonly handler: string
  readonly cloudfront?: readonly string[]
  readonly distributions?: readonly string[]
  readonly secretsmanager: readonly string[]
}

/** The functions, by the purpose for which they are called. */
const keyFunctions = {
  create: {
    handler: 'customResource',
    cloudfront: [
      ...readKeys,
      'ListDistributionsByKeyGroup',
      'CreatePublicKey',
      'DeletePublicKey',
      'CreateKeyGroup',
      'UpdateKeyGroup',
      'DeleteKeyGroup',
    ],
    distributions: ['GetDistribution'],
    secretsmanager: [...readSecret, 'PutSecretValue'],
  },
  rotate: {
    handler: 'rotation',
    cloudfront: [...readKeys, 'ListDistributionsByKeyGroup', 'CreatePublicKey', 'DeletePublicKey', 'UpdateKeyGroup'],
    distributions: ['GetDistribution'],
    secretsmanager: [...readSecret, 'PutSecretValue', 'UpdateSecretVersionStage'],
  },
  retire: {
    handler: 'retirement',
    cloudfront: [...readKeys, 'DeletePublicKey', 'UpdateKeyGroup'],
    secretsmanager: [...readSecret, 'UpdateSecretVersionStage'],
  },
  'invalidate-links': { handler: 'invalidateLinks', secretsmanager: [...readSecret, 'PutSecretValue'] },
} as const satisfies Readonly<Record<string, KeyFunction>>

type Purpose = keyof typeof keyFunctions

/**
 * The keys of a deployment: the secret with its copies, and the functions that create the first keys and register them with
 * CloudFront, rotate keys, retire those that are no longer needed, and invalidate all links after a restore.
 */
export class SigningKeys extends Construct {
  readonly secret: secrets.CfnSecret
  readonly keyGroupId: string
  readonly #props: SigningKeysProps

  constructor(scope: Construct, id: string, props: SigningKeysProps) {
    super(scope, id)
    this.#props = props
    this.secret = this.#createSecret()
    const first = this.#createFirstKeys()
    this.keyGroupId = first.getAttString('KeyGroupId')
    this.#rotate(first)
    const retire = this.#function('retire', 'Retires keys that nothing needs any more', 120)
    const copies = this.#copyRegions.map(region => arn('secretsmanager', region, `secret:${this.secretSuffix}`))
    // It checks whether the copies are as new as the secret.
    if (copies.length > 0) retire.allow(['secretsmanager:DescribeSecret'], copies)
    new events.Rule(this, 'EveryDay', {
      description: 'Retires old keys every day',
      schedule: events.Schedule.cron({ hour: '4', minute: '17' }),
      targets: [new targets.LambdaFunction(retire.function)],
    })
    this.#function('invalidate-links', 'Invalidates all links issued so far, after a restore', 60)
  }

  /** The end of the ARN of the secret and its copies: its name and six characters, which are the same in every Region. */
  get secretSuffix(): string {
    return Fn.select(6, Fn.split(':', this.secret.ref))
  }

  /** Grants reading the secret in every Region that has a copy. */
  grantRead(grantee: iam.IGrantable): void {
    SigningKeys.grantReadOf(grantee, this.secretSuffix, secretRegionsOf(this.#props.settings))
  }

  get #copyRegions(): readonly Region[] {
    return secretRegionsOf(this.#props.settings).slice(1)
  }

  /** Grants the same from another stack, which identifies the secret by `secretSuffix`. */
  static grantReadOf(grantee: iam.IGrantable, secretSuffix: string, regions: readonly Region[]): void {
    const resourceArns = regions.map(region => arn('secretsmanager', region, `secret:${secretSuffix}`))
    iam.Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns }).assertSuccess()
  }

  #createSecret(): secrets.CfnSecret {
    const { names, secretKeyArns } = this.#props
    const keyIn = (region: Region) => {
      const kmsKeyId = secretKeyArns[region]
      return kmsKeyId === undefined ? {} : { kmsKeyId }
    }
    const secret = new secrets.CfnSecret(this, 'Secret', {
      name: names.secret,
      description: 'The keys that sign capabilities and authenticate nonces',
      generateSecretString: {}, // not keys: until the first keys are created, every request gets 503
      ...keyIn(edgeStackRegion),
      replicaRegions: this.#copyRegions.map(region => ({ region, ...keyIn(region) })),
    })
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY)
    return secret
  }

  #createFirstKeys(): CustomResource {
    const creator = this.#function('create', 'Creates the first keys and registers them with CloudFront', 900)
    const logGroup = new logs.LogGroup(this, 'ProviderLog', {
      retention: this.#props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const provider = new Provider(this, 'Provider', { onEventHandler: creator.function, logGroup })
    const calledFunction = Stack.of(this).getLogicalId(creator.function.node.defaultChild as CfnElement)
    acknowledge(provider, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        "The CDK's function may write its log.",
      [`IAM5[Resource::<${calledFunction}.Arn>:*]`]: 'All versions of the only function that it calls.',
    })
    return new CustomResource(this, 'First', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::SigningKeys',
      properties: { SecretArn: this.secret.ref },
    })
  }

  #rotate(first: CustomResource): void {
    const rotate = this.#function('rotate', 'Rotates the keys, one step of Secrets Manager at a time', 900)
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

  #function(purpose: Purpose, description: string, timeout: number): RegionalFunction {
    const { settings, names } = this.#props
    const keyFunction = new RegionalFunction(this, purpose, {
      folder: 'keys',
      handler: keyFunctions[purpose].handler,
      settings,
      functionName: names.keysFunction(purpose),
      description,
      timeout,
      environment: { KEY_SPEC: settings.keySpec },
    })
    this.#grant(keyFunction, purpose)
    return keyFunction
  }

  /** Allows the actions of `purpose`. CloudFront allows no resource for its keys; its distributions are not known here. */
  #grant(grantee: RegionalFunction, purpose: Purpose): void {
    const { cloudfront, distributions, secretsmanager }: KeyFunction = keyFunctions[purpose]
    const allow = (service: string, actions: readonly string[], resources: readonly string[]) =>
      grantee.allow(
        actions.map(action => `${service}:${action}`),
        resources,
      )
    allow('secretsmanager', secretsmanager, [this.secret.ref])
    if (cloudfront !== undefined) {
      allow('cloudfront', cloudfront, ['*'])
      acknowledge(grantee.role, {
        'IAM5[Resource::*]':
          'CloudFront allows no resource for public keys and key groups; distributions that trust a group are made after this policy.',
      })
    }
    if (distributions !== undefined) {
      const all = arn('cloudfront', '', 'distribution/*')
      allow('cloudfront', distributions, [all])
      acknowledge(grantee.role, { [`IAM5[Resource::${all}]`]: 'The distribution is created after the keys.' })
    }
  }
}
