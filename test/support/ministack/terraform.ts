import { execFile, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { devNull, homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MiniStack } from './ministack.ts'

const run = promisify(execFile)
const module = join(import.meta.dirname, '../../../infra/terraform')

/** No settings of the user's, and no question whether there is a newer Terraform. */
const own = { TF_CLI_CONFIG_FILE: devNull, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }

/** Folders below which mirrors of providers are. */
const places = [`${homedir()}/.terraform.d`, `${homedir()}/.local/share`, '/usr/local/share', '/usr/share', '/opt']
const [provider] = globSync(places.map(place => `${place}/{*,*/*}/registry.terraform.io/hashicorp/aws/5.*`))

/** Why Terraform can't be used here; undefined if it can. */
export const missingTerraform =
  spawnSync('terraform', ['version'], { env: { ...process.env, ...own } }).status !== 0
    ? 'terraform is not installed'
    : provider === undefined
      ? 'no mirror of the provider hashicorp/aws 5 is installed'
      : undefined

/** What a copy has instead: provider 5 knows no `region` of a resource, and MiniStack's S3 no bucket in the name of a host. */
const editsFor = (endpoint: string): readonly (readonly [file: string, from: RegExp, to: string])[] => [
  ['versions.tf', /"~> 6.0"/, '"~> 5.0"'],
  ['examples/basic/main.tf', /"~> 6.0"/, '"~> 5.0"'],
  ['main.tf', /^ {2}region +=.*\n/gm, ''],
  ['stage/main.tf', /^ {2}region +=.*\n/gm, ''],
  ['main.tf', /https:\/\/(.*)\.bucket_regional_domain_name\}/, `${endpoint}/$1.bucket}`],
]

/** Terraform on MiniStack, with a copy of the module. */
export interface Terraform {
  /** The copy. */
  readonly copy: string
  /** Runs Terraform in a folder, with providers of this machine. Returns what it printed, and rejects with that if it fails. */
  terraform(folder: string, ...args: readonly string[]): Promise<string>
  /** Applies the module with these inputs. Rejects with what Terraform printed if it fails. */
  apply(inputs: object): Promise<void>
  /** Returns whether a plan with the last inputs is empty. */
  isApplied(): Promise<boolean>
  /** Destroys what was applied. Rejects with what Terraform printed if it fails. */
  destroy(): Promise<void>
}

/** Copies the module into MiniStack's folder. Throws if the module has not what the copy replaces. */
export function terraformOn({ endpoint, env, folder }: MiniStack): Terraform {
  const [root, copy] = [join(folder, 'root'), join(folder, 'module')]
  mkdirSync(root)
  // Without what Terraform wrote for someone who ran the example.
  cpSync(module, copy, { recursive: true, filter: file => !/\/\.terraform|\.tfstate/.test(file.slice(module.length)) })
  for (const [file, from, to] of editsFor(endpoint)) {
    const text = readFileSync(join(copy, file), 'utf8')
    const edited = text.replace(from, to)
    if (edited === text) throw new Error(`infra/terraform/${file}: got nothing like ${from}, which the copy replaces`)
    writeFileSync(join(copy, file), edited)
  }
  const terraform: Terraform['terraform'] = async (cwd, command = '', ...args) => {
    const where = { cwd, env: { ...process.env, ...env, ...own }, maxBuffer: 64 << 20 }
    const offline = command === 'init' ? [`-plugin-dir=${join(provider ?? '', '../../../..')}`] : []
    return (await run('terraform', [command, '-no-color', ...offline, ...args], where)).stdout
  }
  return {
    copy,
    terraform,
    async apply(inputs) {
      const once = { source: copy, ...inputs }
      const text = JSON.stringify({ provider: { aws: { s3_use_path_style: true } }, module: { once } })
      writeFileSync(join(root, 'main.tf.json'), text)
      await terraform(root, 'init')
      await terraform(root, 'apply', '-auto-approve')
    },
    isApplied: async () => (await terraform(root, 'plan')).includes('No changes.'),
    destroy: async () => void (await terraform(root, 'destroy', '-auto-approve')),
  }
}
