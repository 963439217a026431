import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { goProgram, missing } from '../../support/clients/programs.ts'
import { goModule, missingGoModules } from '../../support/documented-programs/go-module.ts'
import {
  documentedPrograms,
  type Language,
  programApi,
  runProgram,
} from '../../support/documented-programs/programs.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython, python } from '../../support/machine/python.ts'

/** Writes the first program of a language to a file, and returns its path. */
function program(language: Language, name: string): string {
  const [code = ''] = documentedPrograms(language)
  const file = join(temporaryFolder(), name)
  writeFileSync(file, code)
  return file
}

// Those in JavaScript run as partners install the client, in test/system/client/package.test.ts.
describe('docs/clients.md has a program that issues, redeems and revokes links, and repeats a lost request,', () => {
  test.skipIf(missing.curl)('with curl', async () => {
    const api = await programApi('signature')
    await api.check(await runProgram(['bash', '-euo', 'pipefail', program('sh', 'once.sh')], api.env))
  })

  test.skipIf(missing.curl)('with curl and a token', async () => {
    const api = await programApi('token')
    const file = program('sh', 'once.sh')
    const [code = ''] = documentedPrograms('sh')
    const signing = /--aws-sigv4 [^]*?SESSION_TOKEN"/
    expect(code).toMatch(signing)
    writeFileSync(file, code.replace(signing, '-H "authorization: Bearer $ONCE_TOKEN"'))
    await api.check(await runProgram(['bash', '-euo', 'pipefail', file], api.env))
  })

  test.skipIf(missingPython)('in Python', async () => {
    const api = await programApi('signature')
    await api.check(await runProgram([python, '-B', program('python', 'once.py')], api.env))
  })

  test.skipIf(missingPython)('in Python with a token', async () => {
    const api = await programApi('token')
    const file = program('python', 'once.py')
    const [code = ''] = documentedPrograms('python')
    const login = 'token = os.environ["ONCE_TOKEN"]\nonce.headers["authorization"] = f"Bearer {token}"'
    expect(code).toContain('once.auth = signed')
    writeFileSync(file, code.replace('once.auth = signed', login))
    await api.check(await runProgram([python, '-B', file], api.env))
  })

  test.skipIf(missingGoModules)('in Go', async () => {
    const api = await programApi('signature')
    const folder = temporaryFolder()
    for (const name of ['go.mod', 'go.sum']) copyFileSync(join(goModule, name), join(folder, name))
    writeFileSync(join(folder, 'main.go'), documentedPrograms('go').join(''))
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOPROXY: 'off', GOFLAGS: '-mod=readonly' }
    execFileSync(goProgram, ['build', '-o', 'once', '.'], { cwd: folder, env, stdio: 'pipe' })
    await api.check(await runProgram([join(folder, 'once')], api.env))
  })

  test.skipIf(missing.java)('in Java, with a token', async () => {
    const api = await programApi('token')
    await api.check(await runProgram(['java', program('java', 'Once.java')], api.env))
  })
})
