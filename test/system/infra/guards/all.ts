import { apiGuards } from './api.ts'
import { auditGuards } from './audit.ts'
import { bucketGuards } from './bucket.ts'
import { cacheGuards } from './cache.ts'
import { deliveryGuards } from './deliveries.ts'
import { distributionGuards } from './distribution.ts'
import { edgeGuards } from './edge.ts'
import type { Guard } from './guard.ts'
import { errorPageGuards } from './error-pages.ts'
import { gateGuards } from './gate.ts'
import { headerGuards } from './headers.ts'
import { keyGuards } from './keys.ts'
import { logGuards } from './logs.ts'
import { planGuards } from './plan.ts'
import { privateGuards } from './private.ts'
import { scanGuards } from './scan.ts'
import { scheduleGuards } from './schedules.ts'
import { tableGuards } from './table.ts'
import { tokenGuards } from './tokens.ts'
import { totalsGuards } from './totals.ts'
import { webhookGuards } from './webhooks.ts'
import { webAclGuards } from './web-acl.ts'

/** All guards of the templates. */
export const guards: readonly Guard[] = [
  ...tableGuards,
  ...bucketGuards,
  ...distributionGuards,
  ...cacheGuards,
  ...gateGuards,
  ...errorPageGuards,
  ...headerGuards,
  ...webAclGuards,
  ...logGuards,
  ...deliveryGuards,
  ...edgeGuards,
  ...keyGuards,
  ...apiGuards,
  ...auditGuards,
  ...tokenGuards,
  ...privateGuards,
  ...planGuards,
  ...scanGuards,
  ...scheduleGuards,
  ...totalsGuards,
  ...webhookGuards,
]
