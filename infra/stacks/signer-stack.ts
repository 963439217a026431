import { Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { SignerKeys } from '../constructs/signer-keys.ts'
import type { Settings } from '../settings.ts'

/** Signer `kms`: the primary keys, in us-east-1. It is deployed before all other Regions, which replicate them. */
export class SignerStack extends Stack {
  readonly keys: SignerKeys

  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { readonly settings: Settings }) {
    super(scope, id, { ...props, terminationProtection: settings.deletionProtection })
    this.keys = new SignerKeys(this, 'Signer', { numbers: settings.kmsKeys, spec: settings.kmsKeySpec })
  }
}
