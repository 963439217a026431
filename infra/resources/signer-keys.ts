import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { SignerKeyId } from '../placement/placement.ts'
import type { Settings } from '../settings/settings.ts'
import { CustomerManagedKey } from './kms-keys.ts'

/** Props of `SignerKeys`. */
export interface SignerKeysProps {
  /** The keys, such as `P-256-1`. */
  readonly keys: readonly SignerKeyId[]
  /** The keys of another Region that these replicate. @default none: these are the primary keys */
  readonly copyOf?: SignerKeys | undefined
}

const specs = { 'P-256': kms.KeySpec.ECC_NIST_P256, 'RSA-2048': kms.KeySpec.RSA_2048 } as const

/**
 * Keys that sign capabilities and never leave KMS; they have the same ids in every Region. KMS doesn't rotate such keys, so
 * each has a number: to rotate, an operator sets the next number, and the old key goes once nothing needs it.
 */
export class SignerKeys extends Construct {
  readonly #keys = new Map<SignerKeyId, kms.CfnKey | kms.CfnReplicaKey>()

  constructor(scope: Construct, id: string, { keys, copyOf }: SignerKeysProps) {
    super(scope, id)
    for (const key of keys) {
      this.#keys.set(key, copyOf === undefined ? this.#createPrimary(key) : this.#replicate(key, copyOf))
    }
  }

  /** The ids in KMS, which are the same in every Region, by kind and number. */
  get ids(): ReadonlyMap<SignerKeyId, string> {
    return new Map([...this.#keys].map(([key, { attrKeyId }]) => [key, attrKeyId]))
  }

  #createPrimary(name: SignerKeyId): kms.CfnKey {
    const spec = name.replace(/-\d+$/, '') as Settings['keySpec']
    const key = new CustomerManagedKey(this, name, {
      description: descriptionOf(name),
      keySpec: specs[spec],
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      multiRegion: true,
    })
    return key.node.defaultChild as kms.CfnKey
  }

  #replicate(name: SignerKeyId, copyOf: SignerKeys): kms.CfnReplicaKey {
    const owner = { principals: [new iam.AccountRootPrincipal()], actions: ['kms:*'], resources: ['*'] }
    return new kms.CfnReplicaKey(this, name, {
      description: descriptionOf(name),
      primaryKeyArn: copyOf.#keys.get(name)?.attrArn ?? '',
      pendingWindowInDays: 7,
      keyPolicy: new iam.PolicyDocument({ statements: [new iam.PolicyStatement(owner)] }),
    })
  }
}

function descriptionOf(name: SignerKeyId): string {
  return `Signs capabilities, key ${name}`
}
