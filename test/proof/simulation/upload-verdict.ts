import type { SimulationEvent } from './history.ts'
import { maxFileBytes } from './upload.ts'

/** Promises about the file that a link takes. */
export const uploadPromises = {
  'one file': 'of a link at most one file is made, none that is larger than it takes',
  'no file once revoked': 'no request that begins after a revocation was acknowledged makes a file',
  'no file once ended': 'no request makes a file of an upload that was ended before it began',
  'received is there': 'when a client gets received, that file is there',
} as const

/** Checks the promises about the file that a link takes. */
export function checkUpload(events: readonly SimulationEvent[]): (readonly [keyof typeof uploadPromises, string])[] {
  const made = events.filter(each => each.kind === 'file made')
  const revokedAt = events.find(({ kind }) => kind === 'revoked')?.at ?? Infinity
  const endOf = (upload: string) =>
    events.find(each => each.kind === 'upload ended' && each.upload === upload)?.at ?? Infinity
  const isUntrue = (each: SimulationEvent) =>
    each.kind === 'file received' && each.sha256 !== made.findLast(({ at }) => at < each.at)?.sha256
  const broken = {
    'one file': made.length > 1 || made.some(({ bytes }) => bytes > maxFileBytes),
    'no file once revoked': made.some(({ since }) => since > revokedAt),
    'no file once ended': made.some(({ since, upload }) => since > endOf(upload)),
    'received is there': events.some(isUntrue),
  }
  const names = Object.keys(broken) as (keyof typeof broken)[]
  return names.flatMap(name => (broken[name] ? [[name, uploadPromises[name]] as const] : []))
}
