import { join } from 'node:path'
import * as v from 'valibot'
import { UnreachableError } from '../../command.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'

const shape = v.object({
  account: v.string(),
  name: v.string(),
  /** Settings as `-c` takes them, without name and tags. */
  context: v.array(v.string()),
  /** The day of the beginning, as `2026-12-02`. */
  day: v.string(),
  /** How often each step began. */
  runs: v.record(v.string(), v.number()),
  /** How each step ended: in some words, in lines, whether it found no problem, and after how many minutes. */
  results: v.record(
    v.string(),
    v.object({ text: v.string(), lines: v.array(v.string()), isWell: v.boolean(), minutes: v.number() }),
  ),
  /** Why steps had to be run again. */
  stops: v.array(v.string()),
  /** What no report may have, such as hosts and ids. */
  words: v.array(v.string()),
})

/** How far a first account has come. It is written before anything is made, so that the same command can go on after any end of it. */
export type Progress = Readonly<v.InferOutput<typeof shape>>

type Ports = Pick<DeploymentPorts, 'disk' | 'machine'>

/** The file of a clone, whichever folder is the current one: so a second run can't begin another deployment. */
const fileOf = ({ machine }: Ports) => join(machine.clone, '.first-account.json')

/** Longest file, in bytes. */
const maxBytes = 1 << 20

/** Reads the progress; undefined if none has begun. Rejects with an `UnreachableError` if the file is not one of `saveProgress`. */
export async function readProgress(ports: Ports): Promise<Progress | undefined> {
  const text = await ports.disk.readPrivate(fileOf(ports), maxBytes)
  if (text === undefined) return undefined
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), shape), text)
  if (success) return output
  throw new UnreachableError(
    `${fileOf(ports)}: got a file that this version did not write, allowed: its own -> docs/prove.md says how to delete the deployment without it`,
  )
}

/** Writes the progress, whole or not at all. If `isFirst` and there is one already, returns false and changes nothing. */
export async function saveProgress(progress: Progress, ports: Ports, isFirst = false): Promise<boolean> {
  return ports.disk.writePrivate(fileOf(ports), JSON.stringify(progress, null, 2), { replace: !isFirst })
}

/** Removes the progress. */
export async function endProgress(ports: Ports): Promise<void> {
  await ports.disk.remove(fileOf(ports))
}
