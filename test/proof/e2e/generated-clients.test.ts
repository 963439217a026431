import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compilerErrors, withNode } from '../../support/machine/compiler.ts'
import { documentedPrograms, outputOf } from '../../support/documented-programs/programs.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingOpenapiTypescript, openapiFetch, openapiTypescript } from '../../support/api/openapi-generator.ts'
import { missingPython, python, pythonProgram } from '../../support/machine/python.ts'

const root = join(import.meta.dirname, '../../..')

/** Commands of docs/clients.md that generate clients, in their order. */
const commands = documentedPrograms('sh')
  .slice(1)
  .map(line => line.trim().split(' '))

/** Makes a folder with the OpenAPI document. */
function folderWithDocument(): string {
  const folder = temporaryFolder()
  copyFileSync(join(root, 'docs/openapi.json'), join(folder, 'openapi.json'))
  return folder
}

/** Starts an emulator that takes its token only. */
async function api() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.pdf'), 'what the report says')
  const { api, token } = await emulatorHere({ bucket, privateTo: temporaryFolder() })
  return { ONCE_API: api, ONCE_TOKEN: token?.text ?? '' }
}

/** Names of all operations in the document. */
function operationIds(): readonly string[] {
  // Not of webhooks, which a generator of clients leaves out.
  const { paths } = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as { paths: object }
  return [...JSON.stringify(paths).matchAll(/"operationId":"(\w+)"/g)].map(([, id = '']) => id)
}

describe('from the OpenAPI document, without a warning,', () => {
  test.skipIf(missingOpenapiTypescript)(
    'openapi-typescript makes types with which a program issues, shows and revokes',
    async () => {
      const folder = folderWithDocument()
      const [, name, ...args] = commands[0] ?? []
      expect(name).toBe('openapi-typescript')
      const printed = await outputOf(folder, [process.execPath, openapiTypescript, ...args])
      expect(printed).toMatch(/^✨ openapi-typescript [\d.]+\n🚀 openapi\.json → once\.d\.ts \[[^\]]+\]\n$/)
      const types = readFileSync(join(folder, 'once.d.ts'), 'utf8')
      for (const id of operationIds()) expect(types).toContain(`operations["${id}"]`)

      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(openapiFetch, join(folder, 'node_modules/openapi-fetch'))
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      writeFileSync(join(folder, 'main.ts'), documentedPrograms('ts').join(''))
      const options = [...withNode, '--allowImportingTsExtensions', '--lib', 'es2022,dom,dom.iterable']
      expect(compilerErrors(folder, 'main.ts', options)).toBe('')
      expect(await outputOf(folder, [process.execPath, 'main.ts'], await api())).toBe('live 204\n')
    },
  )

  test.skipIf(missingPython)('openapi-python-client makes a package that issues, shows and revokes', async () => {
    const folder = folderWithDocument()
    const [name = '', ...args] = commands[1] ?? []
    // Its formatter is a program beside it.
    const env = { PATH: `${join(python, '..')}:${process.env['PATH']}` }
    const printed = await outputOf(folder, [pythonProgram(name), ...args, '--fail-on-warning'], env)
    expect(printed).toBe('Generating once\n')
    const modules = readdirSync(join(folder, 'once/api'), { recursive: true }).map(file =>
      basename(String(file), '.py'),
    )
    const snakeCase = (id: string) => id.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    expect(modules).toEqual(expect.arrayContaining(operationIds().map(snakeCase)))
    writeFileSync(join(folder, 'main.py'), documentedPrograms('python')[1] ?? '')
    expect(await outputOf(folder, [python, '-B', 'main.py'], await api())).toBe('live 204\n')
  })
})
