import { execFileSync } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing } from '../clients/programs.ts'
import { documentedPrograms } from './programs.ts'

const jars = join(import.meta.dirname, '../../../out/kotlin')
const notInstalled = existsSync(join(jars, 'installed')) ? undefined : 'npm run tools:kotlin was not run'

/** Why the app in Kotlin of docs/clients.md can't be compiled and run here; undefined if it can. */
export const missingKotlin = missing.java ?? notInstalled

/** Compiles the app into `folder`. Returns its command, to which Main.kt says what to add. */
export function compileKotlin(folder: string, certificate: string): readonly string[] {
  const code = join(folder, 'Once.kt')
  writeFileSync(code, documentedPrograms('kotlin').join(''))
  const path = globSync(`${jars}/*.jar`).join(':')
  const compiler = ['-cp', path, 'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler', '-no-stdlib', '-no-reflect', '-cp', path]
  execFileSync('java', [...compiler, '-d', folder, code, join(import.meta.dirname, 'Main.kt')], { stdio: 'pipe' })
  const store = join(folder, 'trusted')
  const trust = ['-importcert', '-noprompt', '-file', certificate, '-keystore', store, '-storepass', 'changeit']
  execFileSync('keytool', trust, { stdio: 'pipe' })
  const options = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit']
  return ['java', ...options, '-cp', `${folder}:${path}`, 'MainKt']
}
