const readKeys = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
const readSecret = ['DescribeSecret', 'GetSecretValue']

/** The actions of each function, by what they are on: CloudFront's keys, its distributions, the secret, the signing key in KMS. */
const actions = {
  create: {
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
    kms: ['GetPublicKey'],
  },
  rotate: {
    cloudfront: [...readKeys, 'ListDistributionsByKeyGroup', 'CreatePublicKey', 'DeletePublicKey', 'UpdateKeyGroup'],
    distributions: ['GetDistribution'],
    secretsmanager: [...readSecret, 'PutSecretValue', 'UpdateSecretVersionStage'],
    kms: ['GetPublicKey', 'Sign'],
  },
  retire: {
    cloudfront: [...readKeys, 'DeletePublicKey', 'UpdateKeyGroup'],
    distributions: [],
    secretsmanager: [...readSecret, 'UpdateSecretVersionStage'],
    kms: [],
  },
  'invalidate-links': { cloudfront: [], distributions: [], secretsmanager: [...readSecret, 'PutSecretValue'], kms: [] },
} as const

/** The purpose of a function of jobs/keys/. */
export type Purpose = keyof typeof actions

/** Returns all IAM actions of a function of jobs/keys/, by what they are on. */
export function actionsOf(purpose: Purpose): Readonly<Record<keyof (typeof actions)[Purpose], readonly string[]>> {
  const { cloudfront, distributions, secretsmanager, kms } = actions[purpose]
  const withPrefix = (service: string, names: readonly string[]) => names.map(name => `${service}:${name}`)
  return {
    cloudfront: withPrefix('cloudfront', cloudfront),
    distributions: withPrefix('cloudfront', distributions),
    secretsmanager: withPrefix('secretsmanager', secretsmanager),
    kms: withPrefix('kms', kms),
  }
}
