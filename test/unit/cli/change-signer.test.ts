import { describe, expect, test } from 'vitest'
import { deploySignerStages, type SignerScope } from '../../../cli/deployment/deploy/change-signer.ts'
import type { DeployedState } from '../../../cli/deployment/deploy/deployed.ts'
import type { SignerSettings } from '../../../cli/deployment/deploy/signer-stages.ts'
import { StoppedError } from '../../../cli/deployment/deploy/stopped.ts'
import type { SecretSigner } from '../../../cli/ports/aws-signer.ts'
import type { Ports } from '../../../cli/ports/ports.ts'
import { fixedSettingsOf } from '../../../construct/fixed-settings.ts'
import { parseSettings } from '../../../construct/parse-settings.ts'
import type { Settings } from '../../../construct/settings.ts'
import { secondsOf } from '../../../shared/time.ts'
import { manualClock } from '../../support/clock.ts'

const settings = parseSettings({ homeRegions: ['us-east-1'] })
const ids: Readonly<Record<string, string>> = { SignerKeyP2561: 'mrk-1', SignerKeyP2562: 'mrk-2' }

/** Simulates a deployment whose keys rotate as soon as they are asked to; `rotates: false`: they never do. */
function simulated({ rotates = true } = {}) {
  const clock = manualClock()
  const events: string[] = []
  let [deployed, versions] = [settings, 1]
  let current: SecretSigner = { version: 'v1', keySpec: 'P-256' }
  let pending: SecretSigner | undefined
  let inForceSince: number | undefined
  const state = () =>
    ({
      account: '111122223333',
      settings: fixedSettingsOf(deployed),
      stacks: [{ outputs: ids }],
    }) as unknown as DeployedState
  const wantedSigner = (): SecretSigner => {
    const { signer, keySpec, kmsKey } = deployed
    versions += 1
    return { version: `v${versions}`, ...(signer === 'kms' ? { kmsKeyId: `mrk-${kmsKey}` } : { keySpec }) }
  }
  const signers: Ports['aws']['signers'] = {
    read: async () => ({
      current,
      pending,
      inForceSince: inForceSince === undefined ? undefined : secondsOf(inForceSince as never),
    }),
    async rotate(secret) {
      events.push(`rotate ${secret}`)
      if (rotates) [current, inForceSince] = [wantedSigner(), undefined]
      else pending = { version: 'v9' }
    },
    async cancelRotation(_, version) {
      events.push(`cancel ${version}`)
      pending = undefined
    },
    async invoke(name, event) {
      events.push(`invoke ${name} ${JSON.stringify(event)}`)
      inForceSince ??= clock.now()
      if ('invalidateLinks' in event) current = { ...current, version: 'v-invalidated', formerUntil: undefined }
    },
  }
  const lines: string[] = []
  const scope = (wanted: Settings, endsLinks = false): SignerScope => ({
    settings: wanted,
    endsLinks,
    signal: new AbortController().signal,
    steps: { begin: step => result => void lines.push(`${step}: ${result}`), print: text => void lines.push(text) },
    ports: { clock, aws: { signers } } as unknown as Ports,
  })
  return {
    clock,
    events,
    lines,
    set: (next: { current?: SecretSigner; pending?: SecretSigner }) =>
      void ([current, pending] = [next.current ?? current, next.pending]),
    deploy: (wanted: Partial<Settings>, endsLinks = false) => {
      const merged = { ...settings, ...wanted }
      return deploySignerStages(scope(merged, endsLinks), state(), async (overrides: Partial<SignerSettings>) => {
        deployed = { ...merged, ...overrides }
        const { signer, kmsKey, kmsKeysKept } = deployed
        events.push(`deploy ${signer} ${kmsKey} [${kmsKeysKept.join()}]`)
        return state()
      })
    },
  }
}

describe('a deployment', () => {
  test('that does not change the signer is one stage', async () => {
    const here = simulated()
    await here.deploy({})
    expect(here.events).toEqual(['deploy secret 1 []'])
    expect(here.lines).toEqual([])
  })

  test('that changes the signer to KMS deploys, deploys, rotates, and deploys', async () => {
    const here = simulated()
    await here.deploy({ signer: 'kms' })
    expect(here.events).toEqual([
      'deploy secret 1 [P-256-1]',
      'deploy kms 1 []',
      'rotate once-keys',
      'invoke once-keys-retire {}',
      'deploy kms 1 []',
    ])
  })

  test('that changes it back keeps the key for a day, and says so', async () => {
    const here = simulated()
    await here.deploy({ signer: 'kms' })
    here.events.length = 0
    await here.deploy({})
    expect(here.events).toEqual([
      'deploy secret 1 [P-256-1]',
      'rotate once-keys',
      'invoke once-keys-retire {}',
      'deploy secret 1 [P-256-1]',
    ])
    expect(here.lines.at(-1)).toMatch(/^signer: keep key P-256-1 in KMS; deploy again from .+ on$/)
    here.clock.advance(25 * 3600_000)
    here.events.length = 0
    await here.deploy({})
    expect(here.events).toEqual(['deploy secret 1 []'])
  })

  test('gives up a rotation to another signer', async () => {
    const here = simulated()
    here.set({ pending: { version: 'v7', kmsKeyId: 'mrk-1' } })
    await here.deploy({ signer: 'secret', keySpec: 'RSA-2048' })
    expect(here.events.slice(0, 3)).toEqual(['deploy secret 1 []', 'cancel v7', 'rotate once-keys'])
  })

  test('removes the former key with --end-links', async () => {
    const here = simulated()
    await here.deploy({ signer: 'kms' })
    here.set({
      current: { version: 'v2', kmsKeyId: 'mrk-1', formerUntil: secondsOf(here.clock.now()) + 3600 } as never,
    })
    here.events.length = 0
    await here.deploy({ signer: 'kms' }, true)
    expect(here.events).toEqual([
      'deploy kms 1 []',
      'invoke once-keys-invalidate-links {"invalidateLinks":true}',
      'invoke once-keys-retire {}',
      'deploy kms 1 []',
    ])
  })

  test('stops if the rotation does not end, and says what to do', async () => {
    const here = simulated({ rotates: false })
    await expect(here.deploy({ signer: 'kms' })).rejects.toThrow(StoppedError)
    expect(here.events.at(-1)).toBe('rotate once-keys')
  })
})
