import { execFileSync } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing } from '../clients/programs.ts'
import { documentedPrograms } from './programs.ts'

const jars = join(import.meta.dirname, '../../../out/kotlin')
const android = join(jars, 'android-4.1.1.4.jar')
const notInstalled = existsSync(join(jars, 'installed')) ? undefined : 'npm run tools:kotlin was not run'

/** Why the app in Kotlin of docs/mobile.md can't be compiled and run here; undefined if it can. */
export const missingKotlin = missing.java ?? notInstalled

/** Compiles the app into `folder`, with what calls Android. Returns its command, to which Main.kt says what to add. */
export function compileKotlin(folder: string, certificate: string): readonly string[] {
  const files = documentedPrograms('kotlin').map((code, index) => {
    const file = join(folder, `Once${index}.kt`)
    writeFileSync(file, code)
    return file
  })
  // Android's jar declares its classes, and runs nothing.
  const path = globSync(`${jars}/*.jar`, { exclude: [android] }).join(':')
  const compiler = ['-cp', path, 'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler', '-no-stdlib', '-no-reflect']
  const main = join(import.meta.dirname, 'Main.kt')
  execFileSync('java', [...compiler, '-cp', `${path}:${android}`, '-d', folder, ...files, main], { stdio: 'pipe' })
  const store = join(folder, 'trusted')
  const trust = ['-importcert', '-noprompt', '-file', certificate, '-keystore', store, '-storepass', 'changeit']
  execFileSync('keytool', trust, { stdio: 'pipe' })
  const options = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit']
  return ['java', ...options, '-cp', `${folder}:${path}`, 'MainKt']
}
