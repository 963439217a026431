import type { Settings } from '../../construct/settings.ts'
import { run, webhook } from './assumptions.ts'
import { type CostLine, line } from './lines.ts'
import { dollarsFor } from './prices.ts'

/** Returns what webhooks cost, if there are endpoints: one for each link, when it is redeemed. Their alarm is in the line of alarms. */
export function webhookLines({ endpoints = [] }: Settings): readonly CostLine[] {
  const secrets = new Set(endpoints.map(({ secretName }) => secretName)).size
  const webhooks = endpoints.length > 0 ? 1e6 : 0
  const time = dollarsFor('functionSeconds', webhooks * webhook.seconds * run.gigabytes)
  return [
    line('queues of webhooks', {
      idle: dollarsFor('queueRequests', endpoints.length * webhook.polls),
      million: dollarsFor('queueRequests', webhooks * webhook.requests),
    }),
    line('function that sends webhooks', { million: dollarsFor('functionRequests', webhooks) + time }),
    line('secrets of endpoints', { idle: dollarsFor('secrets', secrets) }),
  ]
}
