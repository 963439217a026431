import type { AnyCheck } from './check.ts'
import { issuers, urlLife } from './checks/api.ts'
import { contentBucket, contentKey } from './checks/bucket.ts'
import { tableConsistency, tableProtection, tableRegions, tableWriters, tableReplication } from './checks/data.ts'
import {
  distribution,
  host,
  linkBehaviour,
  addedBehaviours,
  answers,
  gate,
  pinnedVersion,
} from './checks/distribution.ts'
import { concurrency, webAcl } from './checks/firewall.ts'
import { keyAge, keyGroup, rotation, secretRegions, encryption, signer } from './checks/keys.ts'
import { alarms, logRetention, readers, accessLogs } from './checks/monitoring.ts'
import { stackProtection, stacks, drift, deployedSettings, edgeVersion } from './checks/stacks.ts'

/** All checks in the order of the report: a check comes before those that depend on what it checks. */
export const checks: readonly AnyCheck[] = [
  stacks,
  drift,
  stackProtection,
  deployedSettings,
  tableRegions,
  tableReplication,
  tableConsistency,
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
  edgeVersion,
  gate,
  pinnedVersion,
  answers,
  host,
  webAcl,
  concurrency,
  accessLogs,
  readers,
  contentBucket,
  contentKey,
  issuers,
  urlLife,
  logRetention,
  alarms,
]
