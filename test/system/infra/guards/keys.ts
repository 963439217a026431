import { absent, entry, every, type Guard, present } from './guard.ts'

const secret = { type: 'AWS::SecretsManager::Secret', stack: '-edge', in: 'home' } as const
/** Guards of keys. */
export const keyGuards: readonly Guard[] = [
  { says: 'the secret is encrypted with a key of ours', ...secret, path: 'Properties.KmsKeyId', is: present },
  {
    says: 'the secret is in all 13 Regions in which the edge runs, each copy under a key of ours',
    ...secret,
    path: 'Properties.ReplicaRegions',
    without: [{}],
    is: (all: unknown) => (all as unknown[]).length === 12 && every(entry('KmsKeyId', present))(all),
  },
  { says: 'no key stands in a template', ...secret, path: 'Properties.SecretString', is: absent, without: '{}' },
  {
    says: 'keys rotate by themselves',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotationRules.ScheduleExpression',
    is: 'rate(30 days)',
  },
  {
    says: 'the first keys are not rotated away while they are made',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotateImmediatelyOnUpdate',
    is: false,
    without: true,
  },
  {
    says: 'keys are retired every day',
    type: 'AWS::Events::Rule',
    stack: '-edge',
    in: 'home',
    path: 'Properties.State',
    is: 'ENABLED',
    without: 'DISABLED',
  },
  {
    says: 'a key that signs in KMS is the same in all Regions (trap 35)',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.MultiRegion',
    is: true,
  },
  {
    says: 'it signs, and encrypts nothing',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.KeyUsage',
    is: 'SIGN_VERIFY',
  },
  {
    says: 'it is of a kind that CloudFront knows',
    type: 'AWS::KMS::Key',
    stack: '-signer',
    in: 'kms',
    path: 'Properties.KeySpec',
    is: 'ECC_NIST_P256',
    without: 'ECC_NIST_P384',
  },
  {
    says: 'every Region has a copy of it',
    type: 'AWS::KMS::ReplicaKey',
    stack: '-region-',
    in: 'kms',
    path: 'Properties.PrimaryKeyArn',
    is: present,
  },
]
