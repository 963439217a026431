import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Kms as EdgeKms } from '../../../edge/ports.ts'
import type { Kms } from '../../../jobs/keys/ports.ts'
import { createRetryBudget } from '../../../shared/redemption/retry-budget.ts'
import type { VirtualTime } from '../../proof/simulation/virtual-time.ts'
import type { Choices } from '../../proof/simulation/choices.ts'
import type { rsaPairs } from './rsa-pool.ts'

/** KMS with multi-Region keys, which deployments create and remove. The id of key `P-256-1` is `mrk-P-256-1`. */
export interface SimulatedKms {
  readonly names: ReadonlySet<string>
  create(name: string): void
  remove(name: string): void
  /** For the keys functions. */
  readonly api: Kms
  /** For edges. Some calls fail. */
  readonly atEdges: EdgeKms
}

/** Returns the id in KMS of the key of that name. */
export const kmsKeyId = (name: string) => `mrk-${name}`

/** Returns the name of the key with that id. */
export const kmsKeyName = (id: string) => id.slice('mrk-'.length)

/** Share of requests of edges that fail for good: of a link without a receipt, its viewer would get nothing. */
const failing = 0.03

/** A key that was removed is gone for good: a new one of the same name is another key. */
export function simulatedKms(
  time: Pick<VirtualTime, 'pause'>,
  dice: Choices,
  nextRsa: ReturnType<typeof rsaPairs>,
): SimulatedKms {
  const keys = new Map<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>()
  const found = (id: string) => {
    const key = keys.get(kmsKeyName(id))
    if (key === undefined)
      throw Object.assign(new Error(id), {
        name: 'NotFoundException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      })
    return key
  }
  const algorithmOf = (id: string) => (id.includes('RSA') ? 'RSASSA_PKCS1_V1_5_SHA_256' : 'ECDSA_SHA_256')
  return {
    get names() {
      return new Set(keys.keys())
    },
    create(name) {
      if (keys.has(name)) return
      keys.set(name, name.startsWith('RSA') ? nextRsa() : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
    },
    remove: name => void keys.delete(name),
    api: {
      async publicKey(id) {
        const pem = found(id).publicKey.export({ type: 'spki', format: 'pem' }).toString()
        return { pem, algorithm: algorithmOf(id) }
      },
      sign: async ({ keyId }, message) => sign('sha256', message, found(keyId).privateKey),
    },
    atEdges: {
      regions: ['us-east-1'],
      retries: createRetryBudget(),
      async sign(policy, key) {
        await time.pause(dice.between(5, 300))
        if (dice.chance(failing))
          throw Object.assign(new Error('denied'), {
            name: 'AccessDeniedException',
            $fault: 'client',
            $metadata: { httpStatusCode: 400 },
          })
        if (algorithmOf(key.kmsKeyId) !== key.kmsAlgorithm) throw new Error('InvalidKeyUsageException')
        return sign('sha256', Buffer.from(policy), found(key.kmsKeyId).privateKey).toString('base64')
      },
    },
  }
}
