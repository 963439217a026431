import { ProblemError } from '../../../../client/client.ts'
import { uncheckedReason } from '../../../../client/problem.ts'
import { malwareTestText } from '../../../../shared/scan.ts'
import { makerOf } from '../trial-links.ts'
import { no, notTried, type Question, yes } from '../question.ts'

const around = 'turn the setting scan off, and upload only files that were scanned before'

/** Asks with the text that scanners agreed on for tests, whose version it deletes again, and with a clean file. */
export const scan: Question = {
  id: 'scan',
  asks: 'GuardDuty finds malware in an upload, of which then no link is issued, and nothing in a clean one, which is delivered',
  source: 'GuardDuty, "Malware Protection for S3"; no page says how long a scan takes',
  isRelied: settings => settings.scan !== undefined,
  async answer({ links, settings, names, ports }) {
    if (settings.scan === undefined) return notTried('nothing is scanned without the setting scan')
    if (links.missing !== undefined) return notTried(links.missing)
    const [home] = settings.homeRegions
    const timed = async <T>(task: () => Promise<T>) => {
      const startedAt = ports.clock.now()
      return [await task(), `${Math.ceil((ports.clock.now() - startedAt) / 1000)} s`] as const
    }
    const malware = { key: 'once/prove-malware.txt', text: malwareTestText() }
    const { versionId } = await links.upload(malware)
    const [refusal, refusedAfter] = await timed(() => links.issue({}, malware).catch(refusalOf)).finally(async () => {
      const version = { bucket: names.contentBucket(home), key: malware.key, versionId: versionId ?? '' }
      await ports.aws.proofs.deleteVersion(version, home)
    })
    if (typeof refusal === 'string') return no('a link was issued to the test text', around)
    const [result = refusal.reason] = refusal.errors.map(({ got }) => got)
    const found = `the test text: ${result} after ${refusedAfter}`
    if (refusal.reason === uncheckedReason) return no(found, around)
    const clean = { key: 'once/prove-clean.txt', text: 'This file is clean.\n' }
    const [link, cleanAfter] = await timed(() => links.issue({}, clean).catch(refusalOf))
    if (typeof link !== 'string') return no(`${found}; a clean file: ${link.reason} after ${cleanAfter}`, around)
    const { redirect, file = redirect } = await links.open(link)
    const delivered = `${found}; a clean file: a link after ${cleanAfter}, ${makerOf(file)}`
    return file.status === 200 && file.text === clean.text ? yes(delivered) : no(delivered, around)
  },
}

/** Returns a refusal because of the scan; throws any other error. */
function refusalOf(error: unknown): ProblemError {
  if (error instanceof ProblemError && ['object-refused', uncheckedReason].includes(error.reason)) return error
  throw error
}
