const lookAtKeys = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
const lookAtDistributions = ['ListDistributionsByKeyGroup', 'GetDistribution']
const readSecret = ['DescribeSecret', 'GetSecretValue']

/** What each function does to CloudFront, to the secret, and to the key in KMS if there is one. */
const actions = {
  create: {
    cloudfront: [
      ...lookAtKeys,
      ...lookAtDistributions,
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
    cloudfront: [...lookAtKeys, ...lookAtDistributions, 'CreatePublicKey', 'DeletePublicKey', 'UpdateKeyGroup'],
    secretsmanager: [...readSecret, 'PutSecretValue', 'UpdateSecretVersionStage'],
    kms: ['GetPublicKey', 'Sign'],
  },
  retire: {
    cloudfront: [...lookAtKeys, 'DeletePublicKey', 'UpdateKeyGroup'],
    secretsmanager: [...readSecret, 'UpdateSecretVersionStage'],
    kms: [],
  },
  'invalidate-links': { cloudfront: [], secretsmanager: [...readSecret, 'PutSecretValue'], kms: [] },
} as const

/** What a function of keys/ is for. */
export type Purpose = keyof typeof actions

/** All that a function of keys/ may do, by service: to CloudFront, to the secret, and to the key in KMS if there is one. */
export function actionsOf(purpose: Purpose): Readonly<Record<keyof (typeof actions)[Purpose], readonly string[]>> {
  const { cloudfront, secretsmanager, kms } = actions[purpose]
  const spelled = (service: string, names: readonly string[]) => names.map(name => `${service}:${name}`)
  return {
    cloudfront: spelled('cloudfront', cloudfront),
    secretsmanager: spelled('secretsmanager', secretsmanager),
    kms: spelled('kms', kms),
  }
}
