import type { AnyCheck } from './check.ts'
import { accessLogs } from './checks/access-logs.ts'
import { addedBehaviours } from './checks/added.ts'
import { issuers, urlLife } from './checks/api.ts'
import { contentBucket, contentKey } from './checks/bucket.ts'
import { answers, gate, pinnedVersion } from './checks/content.ts'
import { tableConsistency, tableProtection, tableRegions, tableWriters } from './checks/data.ts'
import { distribution, host, linkBehaviour } from './checks/distribution.ts'
import { drift } from './checks/drift.ts'
import { concurrency, webAcl } from './checks/firewall.ts'
import { keyAge, keyGroup, rotation, secretRegions } from './checks/keys.ts'
import { encryption, signer } from './checks/kms-keys.ts'
import { alarms, logRetention, readers } from './checks/monitoring.ts'
import { tableReplication } from './checks/replication.ts'
import { stackProtection, stacks } from './checks/stacks.ts'
import { deployedSettings, edgeVersion } from './checks/use.ts'

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
