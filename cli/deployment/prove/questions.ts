import type { Question } from './question.ts'
import { cookie } from './questions/cookie.ts'
import { continents, homes, refusedWriteUnits, replication } from './questions/data.ts'
import { clientHeaderHere, clientHeaderOfCurl, gate, gateOrder, pinnedVersionAfterError } from './questions/gate.ts'
import { accessLog, brokenOffLog, edgeMetrics, logData } from './questions/logs.ts'
import { ipv6, ipv6Spelling, memory, plan } from './questions/network.ts'
import { sendPage } from './questions/send-page.ts'
import { bucket, deletedVersion, fileName, origin, refusals, signature } from './questions/signature.ts'

/** All questions, in the order of the report. People are asked last, and what AWS delivers late comes after the rest. */
export const questions: readonly Question[] = [
  signature,
  bucket,
  refusals,
  fileName,
  deletedVersion,
  origin,
  gate,
  gateOrder,
  pinnedVersionAfterError,
  clientHeaderHere,
  clientHeaderOfCurl,
  sendPage,
  homes,
  replication,
  plan,
  memory,
  continents,
  ipv6,
  ipv6Spelling,
  cookie,
  edgeMetrics,
  accessLog,
  brokenOffLog,
  logData,
  refusedWriteUnits,
]
