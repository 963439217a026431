import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LinkView } from '../../../client/client.ts'
import { emulatorHere } from '../emulator/emulator.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { ask, locationOf } from '../machine/http.ts'
import { onceHere } from './once-here.ts'

/** Starts an emulator with the object `report.txt`; returns `once`, which calls it, and an empty folder. */
export async function emulator() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  const once = (...args: readonly string[]) => onceHere([...args, `--local=${api}`])
  const show = async (id: string) => JSON.parse((await ask(`${api}/links/${id}`)).body) as LinkView
  return { api, once, show, folder: temporaryFolder() }
}

/** Opens a link as a viewer does; returns the file, or the status of the refusal. */
export async function opened(url: string) {
  const response = await ask(url)
  return response.status === 302 ? (await ask(locationOf(response, url))).body : response.status
}
