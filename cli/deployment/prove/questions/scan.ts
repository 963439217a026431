import { ProblemError } from '../../../../client/client.ts'
import { isOfCheck, uncheckedReason } from '../../../../client/problem.ts'
import { malwareTestText } from '../../../../shared/scan.ts'
import { no, notTried, type ProveContext, type Question, yes } from '../question.ts'
import { makerOf } from '../trial-links.ts'

const around = 'turn the setting scan off, and upload only files that were scanned before'

/** Asks with the text that scanners agreed on for tests, and with a clean file. */
export const scan: Question = {
  id: 'scan',
  asks: 'GuardDuty finds malware in an upload, of which then no link is issued, and none in a clean one, which is delivered',
  source: 'GuardDuty, "Malware Protection for S3"; no page says how long a scan takes',
  isRelied: settings => settings.scan !== undefined,
  async answer(context) {
    const { links, settings } = context
    if (settings.scan === undefined) return notTried('nothing is scanned without the setting scan')
    if (links.missing !== undefined) return notTried(links.missing)
    const malware = await issueAndDelete({ key: 'once/prove-malware.txt', text: malwareTestText() }, context)
    if (malware.link !== undefined) return no('a link was issued to the test text', around)
    const { refusal, seconds } = malware
    const found = `the test text: ${refusal.errors[0]?.got ?? refusal.reason} after ${seconds} s`
    if (refusal.reason === uncheckedReason) return no(found, around)
    const file = { key: 'once/prove-clean.txt', text: 'This file is clean.\n' }
    const clean = await timedIssue(file, context)
    if (clean.link === undefined) return no(`${found}; a clean file: ${clean.refusal.reason}`, around)
    const opened = await links.open(clean.link)
    const last = opened.file ?? opened.redirect
    const delivered = `${found}; a clean file: a link after ${clean.seconds} s, ${makerOf(last)}`
    return last.status === 200 && last.text === file.text ? yes(delivered) : no(delivered, around)
  },
}

const common = '\x14\0\x01\0\0\0\0\0!\0once\x0d\0\0\0\x01\0\0\0\x05\0\0\0'

/** An archive of one file with a password (PKWARE, "APPNOTE", general purpose bit 0), all of whose bytes are ASCII. */
const lockedZip = `PK\x03\x04${common}a.txt12 and 1 bytePK\x01\x02\x14\0${common}${'\0'.repeat(14)}a.txtPK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x30\0\0\0\0\0`

/** Asks with what no scanner can open. */
export const scanUnsupported: Question = {
  id: 'scan-unsupported',
  asks: "GuardDuty can't scan an archive with a password, of which a link is issued only with scanUnsupported: 'allow'",
  source: 'GuardDuty, "Malware Protection for S3", its scan results: UNSUPPORTED',
  isRelied: settings => settings.scan !== undefined,
  async answer(context) {
    const { links, settings } = context
    if (settings.scan === undefined) return notTried('nothing is scanned without the setting scan')
    if (links.missing !== undefined) return notTried(links.missing)
    const { refusal, seconds } = await issueAndDelete({ key: 'once/prove-locked.zip', text: lockedZip }, context)
    const result = refusal?.errors[0]?.got ?? refusal?.reason ?? 'a link'
    const found = `${result} after ${seconds} s`
    return result === (settings.scanUnsupported === 'allow' ? 'a link' : 'UNSUPPORTED') ? yes(found) : no(found, around)
  },
}

/** Deletes the version of the file again. */
async function issueAndDelete(file: Parameters<ProveContext['links']['upload']>[0], context: ProveContext) {
  const { links, settings, names, ports } = context
  const [home] = settings.homeRegions
  const { versionId = '' } = await links.upload(file)
  try {
    return await timedIssue(file, context)
  } finally {
    await ports.aws.proofs.deleteVersion({ bucket: names.contentBucket(home), key: file.key, versionId }, home)
  }
}

/** Returns a link, or its refusal by the scan, and after how many seconds. Rejects with any other error. */
async function timedIssue(file: Parameters<ProveContext['links']['upload']>[0], { links, ports }: ProveContext) {
  await links.upload(file)
  const startedAt = ports.clock.now()
  const seconds = () => Math.ceil((ports.clock.now() - startedAt) / 1000)
  try {
    const link = await links.issue({}, file)
    return { link, seconds: seconds() }
  } catch (error) {
    if (error instanceof ProblemError && isOfCheck(error)) return { refusal: error, seconds: seconds() }
    throw error
  }
}
