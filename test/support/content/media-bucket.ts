import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../machine/folder.ts'

/** Path of the emulator's default bucket. */
export const sampleBucket = join(import.meta.dirname, '../../../emulator/bucket')

/** Paths of the sample film: its playlist, its beginning and its six segments. */
export const filmPaths: readonly string[] = readdirSync(join(sampleBucket, 'film')).map(name => `/film/${name}`)

/** Paths of files in `mediaBucket` that are near the film's folder but not in it. */
export const neighbours = [
  '/film.mp4',
  '/hello.txt',
  '/film.m3u8',
  '/index.m3u8',
  '/film2/index.m3u8',
  '/fil/index.m3u8',
  '/other/film/index.m3u8',
] as const

/** Copies the sample bucket, adds neighbours with names like the film's, and a folder in the film's folder. */
export function mediaBucket(): string {
  const bucket = temporaryFolder()
  cpSync(sampleBucket, bucket, { recursive: true })
  for (const path of [...neighbours.slice(2), '/film/extra/00.m4s']) {
    mkdirSync(dirname(join(bucket, path)), { recursive: true })
    writeFileSync(join(bucket, path), `content of ${path}`)
  }
  return bucket
}

/**
 * Returns the sample film in one piece as cameras write it: the index that a player needs first comes last, here behind
 * `gap` unused bytes, so a player must use ranges. The pictures keep the offsets that are in the index.
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

/** Makes a box of free space (ISO 14496-12, 8.1.2). */
function free(length: number): Buffer {
  const box = Buffer.alloc(length)
  box.writeUInt32BE(length)
  box.write('free', 4, 'latin1')
  return box
}
