import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { CustomerManagedKey } from './kms-keys.ts'

/** Props of `SignerKeys`. */
export interface SignerKeysProps {
  /** The numbers of the keys; the last one is to sign. */
  readonly numbers: readonly number[]
  readonly spec: Settings['kmsKeySpec']
  /** The keys of another Region that these replicate. @default none: these are the primary keys */
  readonly copyOf?: SignerKeys | undefined
}

const specs = { 'P-256': kms.KeySpec.ECC_NIST_P256, 'RSA-2048': kms.KeySpec.RSA_2048 } as const

/**
 * Keys that sign capabilities and never leave KMS; they have the same ids in every Region. KMS doesn't rotate such keys, so
 * each has a number: to rotate, an operator adds the next number, and removes the old one once nothing signs with it.
 */
export class SignerKeys extends Construct {
  /** The ids, which are the same in every Region; the last is that of the key that is to sign. */
  readonly ids: readonly string[]
  readonly #arns = new Map<number, string>()

  constructor(scope: Construct, id: string, { numbers, spec, copyOf }: SignerKeysProps) {
    super(scope, id)
    this.ids = numbers.map(number => {
      const key =
        copyOf === undefined ? this.#createPrimary(number, spec) : this.#replicate(number, copyOf.arnOf(number))
      this.#arns.set(number, key.attrArn)
      return key.attrKeyId
    })
  }

  /** Returns the ARN, in this Region, of the key with this number. */
  arnOf(number: number): string {
    return this.#arns.get(number) ?? ''
  }

  #createPrimary(number: number, spec: Settings['kmsKeySpec']): kms.CfnKey {
    const key = new CustomerManagedKey(this, `Key${number}`, {
      description: `Signs capabilities, key ${number}`,
      keySpec: specs[spec],
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      multiRegion: true,
    })
    return key.node.defaultChild as kms.CfnKey
  }

  #replicate(number: number, primaryKeyArn: string): kms.CfnReplicaKey {
    return new kms.CfnReplicaKey(this, `Key${number}`, {
      description: `Signs capabilities, key ${number}`,
      primaryKeyArn,
      pendingWindowInDays: 7,
      keyPolicy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            principals: [new iam.AccountRootPrincipal()],
            actions: ['kms:*'],
            resources: ['*'],
          }),
        ],
      }),
    })
  }
}
