import type { AnyCheck } from './check.ts'
import { accessLogs } from './checks/access-logs.ts'
import { addedBehaviours } from './checks/added.ts'
import { api, urlLife } from './checks/api.ts'
import { contentBucket, contentKey } from './checks/bucket.ts'
import { answers, delivery, errorPages, gate } from './checks/content.ts'
import { deliveryProof } from './checks/delivery-proof.ts'
import { expiry, tableConsistency, tableIndex, tableProtection, tableRegions, tableWriters } from './checks/data.ts'
import {
  distribution,
  edgeFunction,
  host,
  httpsOnly,
  httpVersion,
  ipv6,
  linkBehaviour,
  tls,
} from './checks/distribution.ts'
import { concurrency, webAcl } from './checks/firewall.ts'
import { issuers } from './checks/issuers.ts'
import { keyAge, keyGroup, rotation, secretRegions } from './checks/keys.ts'
import { encryption, signer } from './checks/kms-keys.ts'
import { alarms, audit, dashboard, events, logRetention, watch, webhooks } from './checks/monitoring.ts'
import { stackProtection, stacks } from './checks/stacks.ts'
import { deployedSettings, edgeVersion } from './checks/use.ts'

/** All checks in the order of the report: a check comes before those that depend on what it checks. */
export const checks: readonly AnyCheck[] = [
  stacks,
  stackProtection,
  deployedSettings,
  tableRegions,
  tableConsistency,
  tableIndex,
  expiry,
  tableProtection,
  tableWriters,
  secretRegions,
  rotation,
  keyAge,
  keyGroup,
  signer,
  encryption,
  distribution,
  linkBehaviour,
  addedBehaviours,
  edgeFunction,
  edgeVersion,
  gate,
  delivery,
  errorPages,
  answers,
  host,
  ipv6,
  httpsOnly,
  tls,
  httpVersion,
  webAcl,
  concurrency,
  accessLogs,
  deliveryProof,
  contentBucket,
  contentKey,
  api,
  issuers,
  urlLife,
  events,
  audit,
  webhooks,
  watch,
  logRetention,
  alarms,
  dashboard,
]
