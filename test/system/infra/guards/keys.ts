import { absent, entry, every, type Guard, present } from './guard.ts'

const secret = { type: 'AWS::SecretsManager::Secret', stack: '-edge', in: 'home' } as const

/** Guards of keys. */
export const keyGuards: readonly Guard[] = [
  { title: 'the secret is encrypted with a customer managed key', ...secret, path: 'Properties.KmsKeyId', is: present },
  {
    title: 'the secret is in all 13 Regions in which the edge runs, each copy with a customer managed key',
    ...secret,
    path: 'Properties.ReplicaRegions',
    without: [{}],
    is: (all: unknown) => (all as unknown[]).length === 12 && every(entry('KmsKeyId', present))(all),
  },
  { title: 'no key is in a template', ...secret, path: 'Properties.SecretString', is: absent, without: '{}' },
  {
    title: 'keys rotate automatically',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotationRules.ScheduleExpression',
    is: 'rate(30 days)',
  },
  {
    title: 'no rotation starts while the first keys are created',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotateImmediatelyOnUpdate',
    is: false,
    without: true,
  },
  {
    title: 'old keys are retired every day',
    type: 'AWS::Events::Rule',
    stack: '-edge',
    in: 'home',
    path: 'Properties.State',
    is: 'ENABLED',
    without: 'DISABLED',
  },
  {
    title: 'a key that signs in KMS is the same in all Regions (trap 35)',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.MultiRegion',
    is: true,
  },
  {
    title: 'it signs and doesn’t encrypt',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.KeyUsage',
    is: 'SIGN_VERIFY',
  },
  {
    title: 'it has a key spec that CloudFront accepts',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.KeySpec',
    is: 'ECC_NIST_P256',
    without: 'ECC_NIST_P384',
  },
  {
    title: 'every Region has a replica of it',
    type: 'AWS::KMS::ReplicaKey',
    stack: '-region-',
    in: 'kms',
    path: 'Properties.PrimaryKeyArn',
    is: present,
  },
]
