const readKeys = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
const readDistributions = ['ListDistributionsByKeyGroup', 'GetDistribution']
const readSecret = ['DescribeSecret', 'GetSecretValue']

/** The actions of each function, by service: CloudFront, Secrets Manager (on the secret), KMS (on the signing key). */
const actions = {
  create: {
    cloudfront: [
      ...readKeys,
      ...readDistributions,
      'CreatePublicKey',
      'DeletePublicKey',
      'CreateKeyGroup',
      'UpdateKeyGroup',
      'DeleteKeyGroup',
    ],
    secretsmanager: [...readSecret, 'PutSecretValue'],
    kms: ['GetPublicKey'],
  },
  rotate: {
    cloudfront: [...readKeys, ...readDistributions, 'CreatePublicKey', 'DeletePublicKey', 'UpdateKeyGroup'],
    secretsmanager: [...readSecret, 'PutSecretValue', 'UpdateSecretVersionStage'],
    kms: ['GetPublicKey', 'Sign'],
  },
  retire: {
    cloudfront: [...readKeys, 'DeletePublicKey', 'UpdateKeyGroup'],
    secretsmanager: [...readSecret, 'UpdateSecretVersionStage'],
    kms: [],
  },
  'invalidate-links': { cloudfront: [], secretsmanager: [...readSecret, 'PutSecretValue'], kms: [] },
} as const

/** The purpose of a function of keys/. */
export type Purpose = keyof typeof actions

/** Returns all IAM actions of a function of keys/, by service. */
export function actionsOf(purpose: Purpose): Readonly<Record<keyof (typeof actions)[Purpose], readonly string[]>> {
  const { cloudfront, secretsmanager, kms } = actions[purpose]
  const withPrefix = (service: string, names: readonly string[]) => names.map(name => `${service}:${name}`)
  return {
    cloudfront: withPrefix('cloudfront', cloudfront),
    secretsmanager: withPrefix('secretsmanager', secretsmanager),
    kms: withPrefix('kms', kms),
  }
}
