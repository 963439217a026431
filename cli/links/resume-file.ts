import { basename, join } from 'node:path'
import * as v from 'valibot'
import type { LinkId } from '../../shared/link.ts'
import type { EpochMs } from '../../shared/time.ts'
import { UsageError } from '../command.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** After this pause, in milliseconds, a process that takes a file over looks whether another one did, too. */
const settleMs = 200

const fileName = v.pipe(
  v.string(),
  v.check(name => name === basename(name)),
)

const stateSchema = v.strictObject({
  version: v.literal(1),
  linkId: v.string(),
  client: v.strictObject({ secret: v.string(), idempotencyKey: v.string() }),
  url: v.pipe(v.string(), v.url()),
  cookie: v.optional(v.string()),
  /** When the URL ends, in milliseconds. */
  expiresAt: v.number(),
  /** Names in the folder of this file: of the bytes so far, and of the complete file. */
  part: fileName,
  file: fileName,
  /** Size in bytes and validator of the file, once they are known. */
  total: v.optional(v.number()),
  validator: v.optional(v.string()),
  /** The process that writes the part, and since when, in milliseconds. Absent between two runs. */
  writer: v.optional(v.strictObject({ pid: v.number(), since: v.number() })),
})

/** What a later run of the same command needs to go on with a download. It opens the file, so it is secret. */
export type ResumeState = Omit<v.InferOutput<typeof stateSchema>, 'version' | 'writer'>

/** A file with that state, beside the part. Only this process uses it until `release` or `remove`. */
export interface ResumeFile {
  readonly state: ResumeState
  /** Never rejects: without the new state, a later run downloads more than it must. */
  update(changes: Partial<ResumeState>): Promise<void>
  /** Leaves the file to a later run. Never rejects. */
  release(): Promise<void>
  /** Never rejects. */
  remove(): Promise<void>
}

/**
 * Takes the file that an earlier run left in the folder; undefined if there is none for this link. Throws a `UsageError` if
 * another process uses it, if others could have read or written it, or if its download is from another origin: who has a nonce
 * can name a host of their own, which must neither provide the rest of a file nor get the secrets of a client.
 */
export async function takeResumeFile(
  folder: string,
  { linkId, origin }: { readonly linkId: LinkId; readonly origin: string },
  ports: CliPorts,
): Promise<ResumeFile | undefined> {
  const path = pathIn(folder, linkId)
  const found = await read(path, ports)
  if (found === undefined) return undefined
  const { writer, state } = found
  // A link returns only URLs of its own origin.
  const own = new URL(state.url).origin
  if (own !== origin) {
    const got = `LINK: got one of ${origin}, but ${path} keeps a download from ${own}`
    throw new UsageError(`${got}, allowed: a link of that host, or -o in another folder`)
  }
  if (writer !== undefined && ports.processes.isRunning(writer.pid, writer.since as EpochMs))
    throw busy(path, writer.pid)
  const taken = resumeFile(path, state, ports)
  await write(path, { state, ports, replace: true })
  await ports.clock.pause(settleMs)
  const pid = (await read(path, ports))?.writer?.pid
  if (pid !== ports.processes.pid) throw busy(path, pid)
  return taken
}

/** Creates the file. Returns undefined, and reports why, if that fails: the download goes on without it. */
export async function createResumeFile(
  folder: string,
  state: ResumeState,
  ports: CliPorts,
): Promise<ResumeFile | undefined> {
  const path = pathIn(folder, state.linkId)
  const failed = (why: string) => ports.info(`If this is interrupted, it can't go on later: ${path}: ${why}`)
  try {
    if (await write(path, { state, ports, replace: false })) return resumeFile(path, state, ports)
    failed('it exists')
  } catch (error) {
    failed(reasonOf(error))
  }
  return undefined
}

/** The id is no secret: it can't open the link. */
function pathIn(folder: string, linkId: string): string {
  return join(folder, `once-${linkId}.resume`)
}

function resumeFile(path: string, state: ResumeState, ports: CliPorts): ResumeFile {
  let current = state
  const rewrite = async (isWriting: boolean) => {
    await write(path, { state: current, ports, replace: true, isWriting }).catch(() => undefined)
  }
  return {
    get state() {
      return current
    },
    update(changes) {
      current = { ...current, ...changes }
      return rewrite(true)
    },
    release: () => rewrite(false),
    remove: () => ports.disk.remove(path).catch(() => undefined),
  }
}

interface Writing {
  readonly state: ResumeState
  readonly ports: CliPorts
  readonly replace: boolean
  /** @default true */
  readonly isWriting?: boolean
}

function write(path: string, { state, ports, replace, isWriting = true }: Writing): Promise<boolean> {
  const writer = { pid: ports.processes.pid, since: ports.clock.now() }
  const text = JSON.stringify({ version: 1, ...state, ...(isWriting && { writer }) })
  return ports.disk.writePrivate(path, text, { replace })
}

async function read(path: string, { disk }: CliPorts) {
  try {
    const text = await disk.readPrivate(path)
    if (text === undefined) return undefined
    const { version: _, writer, ...state } = v.parse(stateSchema, JSON.parse(text))
    return { writer, state }
  } catch (error) {
    // The message of a parser may repeat the text.
    const isForeign = !(error instanceof SyntaxError || error instanceof v.ValiError)
    const why = isForeign ? reasonOf(error) : 'another version wrote it'
    throw new UsageError(
      `${path}: ${why}, allowed: a file that once redeem left there, which only this user can read`,
      {
        cause: isForeign ? error : undefined,
      },
    )
  }
}

function busy(path: string, pid: number | undefined): UsageError {
  const by = pid === undefined ? 'Another process' : `Process ${pid}`
  return new UsageError(`LINK: ${by} downloads its file already (${path}), allowed: one process at a time`)
}
