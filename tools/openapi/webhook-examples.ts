import type { WebhookType } from '../../shared/webhook.ts'
import { exampleId } from './examples.ts'

/** The link of the examples, as every webhook has it. */
const link = {
  deployment: 'once',
  id: exampleId,
  reference: 'case 17',
  notify: 'orders',
  issuedAt: '2026-11-24T12:00:00Z',
  expiresAt: '2026-11-25T12:00:00Z',
} as const

const used = { ...link, redeemedAt: '2026-11-24T15:00:00Z', urlExpiresAt: '2026-11-24T15:00:30Z' } as const

/** A body of each webhook. test/unit/webhooks/examples.test.ts compares them with what the functions make. */
export const webhookExamples = {
  'link.redeemed': { type: 'link.redeemed', timestamp: '2026-11-24T15:00:00Z', data: used },
  'link.refused': { type: 'link.refused', timestamp: '2026-11-24T16:20:00Z', data: used },
  'link.locked': { type: 'link.locked', timestamp: '2026-11-24T15:00:00Z', data: link },
  'link.expired': { type: 'link.expired', timestamp: '2026-11-25T13:05:00Z', data: link },
  'link.revoked': { type: 'link.revoked', timestamp: '2026-11-24T13:00:00Z', data: link },
  'link.delivered': {
    type: 'link.delivered',
    timestamp: '2026-11-24T15:00:02Z',
    data: {
      deployment: link.deployment,
      id: link.id,
      reference: link.reference,
      notify: link.notify,
      delivery: {
        state: 'complete',
        bytes: 4_404_019,
        size: 4_404_019,
        firstAt: '2026-11-24T15:00:01Z',
        lastAt: '2026-11-24T15:00:02Z',
        summary: '4.4 of 4.4 MB, complete, 2026-11-24 15:00 UTC',
      },
    },
  },
} as const satisfies Readonly<Record<WebhookType, object>>
