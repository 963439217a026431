import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { goProgram, missing } from '../clients/programs.ts'

/** Folder with the `go.mod` and `go.sum` of the program in docs/clients.md. */
export const goModule = import.meta.dirname

/** Why the program can't be built here; undefined if it can. Go downloads modules by itself only where it is asked to. */
export const missingGoModules = missing.go ?? oldGo() ?? missingModules()

function oldGo(): string | undefined {
  const version = goEnv('GOVERSION')
  return Number(/^go1\.(\d+)/.exec(version)?.[1]) >= 24 ? undefined : `Go is ${version}, not 1.24 or later`
}

function missingModules(): string | undefined {
  const cache = goEnv('GOMODCACHE')
  const modules = [...readFileSync(join(goModule, 'go.mod'), 'utf8').matchAll(/^\t(github\S+) (v\S+)/gm)]
  const absent = modules.find(([, name, version]) => !existsSync(join(cache, `${name}@${version}`)))
  return absent && 'go mod download -C test/support/documented-programs was not run'
}

function goEnv(name: string): string {
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  return execFileSync(goProgram, ['env', name], { encoding: 'utf8', env }).trim()
}
