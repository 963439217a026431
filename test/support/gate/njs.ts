import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asScript } from '../../../emulator/cloudfront/function-runtime.ts'
import { temporaryFolder } from '../machine/folder.ts'

// njs is nginx's small JavaScript engine: ES5.1 and parts of later versions, as in the runtimes of CloudFront Functions.

/** Why this machine can't run njs; undefined if it can. */
export const missingNjs = spawnSync('njs', ['-v']).status === 0 ? undefined : 'njs is not installed (Debian: njs)'

/** What a function did with an event. */
export type NjsResult =
  | { readonly value: unknown; readonly isRequest: boolean; readonly logged?: string }
  | { readonly error: string }

/** Runs a function's code in njs on each event. Throws if njs does not end well. */
export function runInNjs(code: string, events: readonly object[]): readonly NjsResult[] {
  const folder = temporaryFolder()
  const [file, output] = [join(folder, 'gate.js'), join(folder, 'results.json')]
  // Not through standard output: njs cuts its lines.
  writeFileSync(
    file,
    `${cloudfront}\n${asScript(code).replace('require("cloudfront")', 'cloudfront')}\nrequire('fs').writeFileSync(${JSON.stringify(output)}, ${caller}(${JSON.stringify(JSON.stringify(events))}))`,
  )
  const { status, stdout, stderr } = spawnSync('njs', [file], { encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`njs: ${stdout}${stderr}`)
  return JSON.parse(readFileSync(output, 'utf8')) as readonly NjsResult[]
}

/** What CloudFront gives to functions, and njs lacks. */
const cloudfront = 'var logged, cloudfront = { logCustomData: function (text) { logged = text } }'

/** In ES5, as njs reads it. */
const caller = `(function (events) {
  return JSON.stringify(JSON.parse(events).map(function (event) {
    var before = JSON.stringify(event.request)
    logged = undefined
    try {
      var value = handler(event)
      return { value: value, isRequest: value === event.request && JSON.stringify(value) === before, logged: logged }
    } catch (error) {
      return { error: error.name }
    }
  }))
})`
