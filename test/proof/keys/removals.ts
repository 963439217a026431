import type { Patch } from '../../support/broken/copy.ts'

/** Each guard of a rotation, with the patches that remove it from the code. */
export const removals: Readonly<Record<string, readonly Patch[]>> = {
  'the deployment of the distributions is not waited for': [
    { file: 'jobs/keys/key-group.ts', find: 'if (late.length > 0)', replace: 'if (late.length > 99)' },
  ],
  'the settle time is not waited for': [
    { file: 'jobs/keys/periods.ts', find: 'settleSeconds = 15 * 60', replace: 'settleSeconds = 0' },
  ],
  'the conditions of setSecret are not checked again before the switch': [
    {
      file: 'jobs/keys/rotation.ts',
      find: 'await waitUntilServed(served, context, timeLeft)',
      replace: 'undefined as { text: string } | undefined',
    },
  ],
  'the switch comes before the public key is in the group': [
    { file: 'jobs/keys/rotation.ts', find: 'await addToKeyGroup(signing.keyPairId, context)', replace: 'return' },
    {
      file: 'jobs/keys/rotation.ts',
      find: 'if (pendingChange !== undefined) throw waitingFor',
      replace: 'if (false) throw waitingFor',
    },
    {
      file: 'jobs/keys/rotation.ts',
      find: '    if ((await secret.versions()).current !== pending) throw error\n  }\n',
      replace:
        '    if ((await secret.versions()).current !== pending) throw error\n  }\n  await addToKeyGroup(next.signing.keyPairId, context)\n',
    },
    { file: 'jobs/keys/rotation.ts', find: 'if (!keyIds.includes(keyPairId)) throw', replace: 'if (false) throw' },
  ],
  'an old key is retired as soon as the new one is current': [
    {
      file: 'jobs/keys/periods.ts',
      find: 'graceSeconds = forgottenSeconds + purgeDelayOf(maxCapabilitySeconds)',
      replace: 'graceSeconds = 0',
    },
  ],
  'an old key is retired though processes may still sign with it': [
    {
      file: 'jobs/keys/periods.ts',
      find: 'graceSeconds = forgottenSeconds + purgeDelayOf(maxCapabilitySeconds)',
      replace: 'graceSeconds = purgeDelayOf(maxCapabilitySeconds)',
    },
  ],
  'an old key is retired though its last URLs live': [
    {
      file: 'jobs/keys/periods.ts',
      find: 'graceSeconds = forgottenSeconds + purgeDelayOf(maxCapabilitySeconds)',
      replace: 'graceSeconds = forgottenSeconds',
    },
  ],
  'copies of the secret that lag are ignored': [
    {
      file: 'jobs/keys/retirement.ts',
      find: 'if (copies.some(copy => !copyIsCurrent(copy, versions))) return',
      replace: '',
    },
  ],
  'a version that is made current again by hand keeps its old label': [
    { file: 'shared/secrets/in-force.ts', find: 'match?.[2] === previous', replace: 'match' },
  ],
  'keys that could not be refreshed are used for ever': [
    { file: 'shared/secrets/keys.ts', find: ' || age >= maxAgeMs', replace: '' },
  ],
  'a new MAC key is current at once': [
    {
      file: 'jobs/keys/mac-rotation.ts',
      find: 'return { current, slots: { ...slots',
      replace: 'return { current: next, slots: { ...slots',
    },
    { file: 'jobs/keys/rotation.ts', find: '!isCompatible(next.mac, mac)', replace: 'false' },
  ],
  'a new MAC key becomes current before all processes accept it': [
    {
      file: 'jobs/keys/mac-rotation.ts',
      find: 'const accepted = now >= since + forgottenSeconds',
      replace: 'const accepted = true',
    },
  ],
  'an old MAC key is removed though its links live': [
    {
      file: 'jobs/keys/mac-rotation.ts',
      find: 'since + forgottenSeconds + maxLinkSeconds + maxCapabilitySeconds',
      replace: 'since + forgottenSeconds',
    },
  ],
  'an old MAC key is removed though processes may still mint with it': [
    {
      file: 'jobs/keys/mac-rotation.ts',
      find: 'since + forgottenSeconds + maxLinkSeconds + maxCapabilitySeconds',
      replace: 'since + maxLinkSeconds',
    },
  ],
  'the age of MAC keys counts from when their value was made': [
    {
      file: 'jobs/keys/rotation.ts',
      find: 'const since = currentMac.since ?? inForceSince(versions)',
      replace: 'const since = currentMac.since ?? (await ports.secret.read(versions.current))?.createdAt',
    },
  ],
  'a rotation brings back MAC keys from before a restore': [
    { file: 'jobs/keys/rotation.ts', find: '!isCompatible(next.mac, mac)', replace: 'false' },
  ],
  'the switch replaces any version, not only the one it was made from': [
    {
      file: 'jobs/keys/rotation.ts',
      find: '{ from: current, to: pending }',
      replace: '{ from: (await secret.versions()).current, to: pending }',
    },
  ],
}
