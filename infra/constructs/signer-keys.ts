import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { CustomerManagedKey } from './kms-keys.ts'

/** Which keys there are. */
export interface SignerKeysProps {
  readonly numbers: readonly number[]
  readonly spec: Settings['kmsKeySpec']
  /** The keys of another Region that these are copies of. @default none: these are the first */
  readonly copyOf?: SignerKeys | undefined
}

const specs = { 'P-256': kms.KeySpec.ECC_NIST_P256, 'RSA-2048': kms.KeySpec.RSA_2048 } as const

/**
 * Keys that sign capabilities and never leave KMS: the same ones in every Region, under the same ids. KMS does not rotate
 * such keys, so each has a number: to rotate, the next is added, and the old one removed when nothing signs with it.
 */
export class SignerKeys extends Construct {
  /** The ids, the same in every Region; the last is that of the key that is wanted. */
  readonly ids: readonly string[]
  readonly #arns = new Map<number, string>()

  constructor(scope: Construct, id: string, { numbers, spec, copyOf }: SignerKeysProps) {
    super(scope, id)
    this.ids = numbers.map(number => {
      const made = copyOf === undefined ? this.#make(number, spec) : this.#copy(number, copyOf.arnOf(number))
      this.#arns.set(number, made.attrArn)
      return made.attrKeyId
    })
  }

  /** The ARN of the key with this number, in this Region. */
  arnOf(number: number): string {
    return this.#arns.get(number) ?? ''
  }

  #make(number: number, spec: Settings['kmsKeySpec']): kms.CfnKey {
    const key = new CustomerManagedKey(this, `Key${number}`, {
      description: `Signs capabilities, key ${number}`,
      keySpec: specs[spec],
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      multiRegion: true,
    })
    return key.node.defaultChild as kms.CfnKey
  }

  #copy(number: number, primaryKeyArn: string): kms.CfnReplicaKey {
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
