import { metricsNamespace } from '../shared/metrics.ts'
import type { Context } from './ports.ts'
import type { Retirement } from './retire.ts'

const dayMs = 24 * 3600_000

/**
 * The line by which an alarm sees a rotation that has stopped, in CloudWatch's embedded metric format: how old the
 * signing key is, and the secret's present version, both in days. In mode `kms` the key stays and only the latter falls.
 */
export function keyAgeLine(
  { current, publicKeys, removed, deleted }: Retirement,
  { ports, deployment }: Context,
): object {
  const now = ports.clock.now()
  const key = publicKeys.find(({ id }) => id === current.value.signing.keyPairId)
  const days = (since: number) => Math.round(((now - since * 1000) / dayMs) * 100) / 100
  const metrics = { ...(key && { SigningKeyAgeDays: days(key.createdAt) }), SecretAgeDays: days(current.createdAt) }
  const Metrics = Object.keys(metrics).map(Name => ({ Name, Unit: 'None' }))
  const CloudWatchMetrics = [{ Namespace: metricsNamespace, Dimensions: [['Deployment']], Metrics }]
  return {
    _aws: { Timestamp: now, CloudWatchMetrics },
    Deployment: deployment.name,
    ...metrics,
    outcome: 'retired',
    removed,
    deleted,
    publicKeys: publicKeys.length,
  }
}
