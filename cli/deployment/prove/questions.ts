import type { Question } from './question.ts'
import { cookie } from './questions/cookie.ts'
import { continents, homes, replication, roundTrips } from './questions/data.ts'
import { drift } from './questions/drift.ts'
import { clientHeaderHere, clientHeaderOfCurl, gate, gateOrder, pinnedVersionAfterError } from './questions/gate.ts'
import { delivery, edgeMetrics, events, fileEnd, webhook } from './questions/late.ts'
import { ipv6, ipv6Spelling, memory, plan } from './questions/network.ts'
import { pageOrigins } from './questions/page-origins.ts'
import { login, sendPage } from './questions/send-page.ts'
import { scan, scanUnsupported } from './questions/scan.ts'
import { bucket, deletedVersion, fileName, origin, refusals, signature } from './questions/signature.ts'
import { uploadChecksum, uploadCors, uploadLink } from './questions/uploads.ts'

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
  pageOrigins,
  uploadChecksum,
  uploadCors,
  uploadLink,
  scan,
  scanUnsupported,
  sendPage,
  login,
  homes,
  roundTrips,
  replication,
  plan,
  memory,
  continents,
  ipv6,
  ipv6Spelling,
  cookie,
  drift,
  events,
  webhook,
  edgeMetrics,
  delivery,
  fileEnd,
]
