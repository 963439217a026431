import { accessLogs } from '../../checks/access-logs.ts'
import { contentBucket } from '../../checks/content-bucket.ts'
import { edgeFunction } from '../../checks/edge-function.ts'
import { events } from '../../checks/events.ts'
import { expiry } from '../../checks/expiry.ts'
import { httpVersion } from '../../checks/http-version.ts'
import { httpsOnly } from '../../checks/https-only.ts'
import { ipv6 } from '../../checks/ipv6.ts'
import { keyAge } from '../../checks/key-age.ts'
import { linkBehaviour } from '../../checks/link-behaviour.ts'
import { logRetention } from '../../checks/log-retention.ts'
import { rotation } from '../../checks/rotation.ts'
import { secretRegions } from '../../checks/secret-regions.ts'
import { signerCopies } from '../../checks/signer-copies.ts'
import { tableConsistency } from '../../checks/table-consistency.ts'
import { tableIndex } from '../../checks/table-index.ts'
import { tableProtection } from '../../checks/table-protection.ts'
import { tableWriters } from '../../checks/table-writers.ts'
import { tls } from '../../checks/tls.ts'
import { urlLife } from '../../checks/url-life.ts'
import { webAcl } from '../../checks/web-acl.ts'
import type { Check } from './check.ts'
import { api } from './checks/api.ts'
import { tableRegions } from './checks/data.ts'
import { distribution } from './checks/distribution.ts'
import { keyGroup } from './checks/keys.ts'
import { alarms } from './checks/monitoring.ts'
import { stacks } from './checks/stacks.ts'

/** Every check, in the order in which it is told of: what all else stands on comes first. */
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
