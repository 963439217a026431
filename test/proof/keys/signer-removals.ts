import type { Patch } from '../../support/broken/copy.ts'

const stages = 'cli/deployment/deploy/signer-stages.ts'
const unguarded: Patch = {
  file: 'jobs/keys/rotation.ts',
  find: '!keepsFormerKey(next, { mac, ...now }, secondsOf(clock.now()))',
  replace: 'false',
}

/** Each guard of a change of the signer, with the patches that remove it from the code. */
export const signerRemovals: Readonly<Record<string, readonly Patch[]>> = {
  'links without a receipt are refused while KMS signs': [
    {
      file: 'edge/redeem/redeemer.ts',
      find: '|| flags.receipt ? signing : withoutReceipt',
      replace: '|| flags.receipt ? signing : undefined',
    },
  ],
  'KMS signs for links without a receipt too': [
    {
      file: 'edge/redeem/redeemer.ts',
      find: '|| flags.receipt ? signing : withoutReceipt',
      replace: '|| true ? signing : withoutReceipt',
    },
  ],
  'a rotation to KMS does not keep the former key': [
    unguarded,
    {
      file: 'jobs/keys/signing-key.ts',
      find: 'return { keyPairId, privateKey, until: plus',
      replace: 'return undefined && { keyPairId, privateKey, until: plus',
    },
  ],
  'the former key goes before its last link has expired': [
    { file: 'jobs/keys/periods.ts', find: 'return maxLinkSeconds + marginSeconds', replace: 'return 3600' },
  ],
  'a rotation in KMS drops the former key': [
    unguarded,
    {
      file: 'jobs/keys/signing-key.ts',
      find: 'now < withoutReceipt.until ? withoutReceipt : undefined',
      replace: 'now < 0 ? withoutReceipt : undefined',
    },
  ],
  'the public key of the former key is retired': [
    {
      file: 'jobs/keys/retirement.ts',
      find: '.flatMap(keyPairIdsOf))',
      replace: '.map(({ signing }) => signing.keyPairId))',
    },
    {
      file: 'jobs/keys/retirement.ts',
      find: 'keyPairIdsOf(found.current.value).find(',
      replace: '[found.current.value.signing.keyPairId].find(',
    },
  ],
  'a key in KMS is removed as soon as another one signs': [
    { file: stages, find: 'now < inForceSince + forgottenSeconds', replace: 'false' },
  ],
  'a key in KMS is removed though it is unknown who has the new value': [
    {
      file: stages,
      find: 'return inForceSince === undefined || now',
      replace: 'return inForceSince !== undefined && now',
    },
  ],
  'a rotation may name KMS before every api keeps receipts': [
    { file: stages, find: 'if (isInKms(target) && !isReady) return', replace: 'if (false) return' },
    { file: 'jobs/keys/periods.ts', find: 'return maxLinkSeconds + marginSeconds', replace: 'return 60' },
  ],
  'links need no receipt as soon as the secret signs': [
    {
      file: stages,
      find: 'const needed = existing.filter(key => mayStillSign(key, state, options.now))',
      replace: 'const needed = existing.filter(() => false)',
    },
  ],
}
