import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './folder.ts'

/** The bucket that the emulator offers when it is told of no other. */
export const sampleBucket = join(import.meta.dirname, '../../emulator/bucket')

/** Paths of the sample film: its playlist, its beginning and its sixty segments. */
export const filmPaths: readonly string[] = readdirSync(join(sampleBucket, 'film')).map(name => `/film/${name}`)

/** Its segments alone. */
export const segmentPaths = filmPaths.filter(path => path.endsWith('.m4s'))

/** Paths of what lies around the film in `mediaBucket` and doesn't belong to it. */
export const neighbours = [
  '/film.mp4',
  '/hello.txt',
  '/film.m3u8',
  '/index.m3u8',
  '/film2/index.m3u8',
  '/fil/index.m3u8',
  '/other/film/index.m3u8',
] as const

/** A copy of the sample bucket, with neighbours whose names are close to the film's, and a folder in the film's own. */
export function mediaBucket(): string {
  const bucket = temporaryFolder()
  cpSync(sampleBucket, bucket, { recursive: true })
  for (const path of [...neighbours.slice(2), '/film/extra/00.m4s']) {
    mkdirSync(dirname(join(bucket, path)), { recursive: true })
    writeFileSync(join(bucket, path), `what is at ${path}`)
  }
  return bucket
}

/**
 * The sample film in one piece as cameras write it: the index that a player needs first comes last, here behind `gap` bytes
 * of nothing, so it can't be played without ranges. The pictures stay where they were, at the offsets in the index.
 */
export function filmWithIndexLast(gap: number): Buffer {
  const film = readFileSync(join(sampleBucket, 'film.mp4'))
  const boxes = new Map<string, Buffer>()
  for (let at = 0; at < film.length; at += film.readUInt32BE(at)) {
    boxes.set(film.toString('latin1', at + 4, at + 8), film.subarray(at, at + film.readUInt32BE(at)))
  }
  const [, moov = Buffer.alloc(0)] = [...boxes].find(([name]) => name === 'moov') ?? []
  const parts = [...boxes].map(([name, box]) => (name === 'moov' ? free(moov.length) : box))
  return Buffer.concat([...parts, free(gap), moov])
}

/** A box that says that there is nothing in it (ISO 14496-12, 8.1.2). */
function free(length: number): Buffer {
  const box = Buffer.alloc(length)
  box.writeUInt32BE(length)
  box.write('free', 4, 'latin1')
  return box
}
