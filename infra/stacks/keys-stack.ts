import { CfnOutput } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { DataKey } from '../resources/kms-keys.ts'
import { SignerKeys } from '../resources/signer-keys.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { customerKeyRegionsOf, signerKeyOutput, signerKeysOf } from '../placement/placement.ts'
import { edgeStackRegion, secretRegionsOf } from '../settings/settings.ts'
import { SupportStack, type SupportStackProps } from './support-stack.ts'

/** Props of `KeysStack`. */
export interface KeysStackProps extends SupportStackProps, DeploymentProps {
  readonly region: Region
  /** The primary signing keys, which this Region replicates. @default none: this is us-east-1 */
  readonly primaries?: SignerKeys | undefined
}

/**
 * The customer managed keys of one Region, deployed before all that they encrypt and sign: the key of the data, and the signing
 * keys in KMS. Outputs of us-east-1 name the ids of signing keys, such as `SignerKeyP2561` of key `P-256-1`.
 */
export class KeysStack extends SupportStack {
  /** The key of tables, secret and files; undefined if keys of AWS encrypt them. */
  readonly dataKey: DataKey | undefined
  /** The signing keys, or copies of them; undefined in Regions that have none. */
  readonly signerKeys: SignerKeys | undefined

  constructor(scope: Construct, id: string, props: KeysStackProps) {
    super(scope, id, props)
    const { settings, names, existing, region, primaries } = props
    const [home] = settings.homeRegions
    if (customerKeyRegionsOf(settings).includes(region)) {
      const contentBucket = region === home && existing?.content === undefined ? names.contentBucket(home) : undefined
      this.dataKey = new DataKey(this, 'Data', { name: settings.name, contentBucket })
    }
    const keys = signerKeysOf(settings)
    if (keys.length === 0 || !secretRegionsOf(settings).includes(region)) return
    this.signerKeys = new SignerKeys(this, 'Signer', { keys, copyOf: primaries })
    if (region !== edgeStackRegion) return
    for (const [key, value] of this.signerKeys.ids) {
      new CfnOutput(this, signerKeyOutput(key), { value, description: `The id of key ${key}` })
    }
  }
}
