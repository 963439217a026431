import type { Check } from './check.ts'
import { api, urlLife, webAcl } from './checks/api.ts'
import {
  contentBucket,
  expiry,
  tableConsistency,
  tableIndex,
  tableProtection,
  tableRegions,
  tableWriters,
} from './checks/data.ts'
import { answers, errorPages, gate } from './checks/content.ts'
import { distribution, edgeFunction, httpsOnly, httpVersion, ipv6, linkBehaviour, tls } from './checks/distribution.ts'
import { keyAge, keyGroup, rotation, secretRegions, signerCopies } from './checks/keys.ts'
import { accessLogs, alarms, events, logRetention } from './checks/monitoring.ts'
import { stacks } from './checks/stacks.ts'

/** All checks in the order of the report: a check comes before those that depend on what it checks. */
export const checks: readonly Check[] = [
  stacks,
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
  signerCopies,
  distribution,
  linkBehaviour,
  edgeFunction,
  gate,
  errorPages,
  answers,
  ipv6,
  httpsOnly,
  tls,
  httpVersion,
  webAcl,
  accessLogs,
  logRetention,
  contentBucket,
  api,
  urlLife,
  events,
  alarms,
]
