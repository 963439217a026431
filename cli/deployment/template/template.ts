import type { ParseArgsOptionsConfig } from 'node:util'
import type { FilesBucket } from '../../ports/cdk.ts'
import { type Command, exitCodes, UsageError } from '../../command.ts'
import type { Disk } from '../../ports/links.ts'
import { atColumn } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsInputWith, settingsOf } from '../../settings.ts'

const usage = `once template [ENVIRONMENT] --out DIR [--bucket NAME [--bucket-key ARN] [--bucket-uploads]] [-c NAME=VALUE]...
              [--json]

Writes a deployment as templates of CloudFormation, and zips of its functions with the settings inside. The AWS CLI or Terraform deploy
them without Node.js, the CDK or cdk bootstrap. Calls nothing of AWS.

  --out DIR         the folder: a new or empty one, or one that this command wrote, which it replaces
  --bucket NAME     files are in a bucket of yours in the first home Region; outputs of the stack in us-east-1 say what to add to its
                    policy; not with fileDays or recreatableFiles
  --bucket-key ARN  the key in KMS that encrypts these files
  --bucket-uploads  files can be uploaded to this bucket through the API, and replaced there
${atColumn(commonUsage, 20)}

  once template --out once-starter -c profile=starter
  once template --out once-eu -c profile=standard -c name=once-eu -c homeRegions=eu-west-1,eu-central-1
  once template --out once-reports --bucket example-reports

docs/deploy.md says how to deploy, update and delete them.
${exitCodes}
`

const templateOptions = {
  ...commonOptions,
  out: { type: 'string' },
  bucket: { type: 'string' },
  'bucket-key': { type: 'string' },
  'bucket-uploads': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** `once template`: writes a deployment as templates, for those who deploy without the CDK. */
export const template: Command = {
  name: 'template',
  summary: 'write a deployment as CloudFormation templates',
  usage,
  options: templateOptions,
  async run(args, ports) {
    const { out, context, json, ...values } = parseWithEnvironment(args, templateOptions)
    if (out === undefined || out === '') throw new UsageError('--out: got nothing, allowed: a folder')
    const written = settingsInputWith(context)
    const [home] = settingsOf(written).homeRegions
    const { bucket: name, 'bucket-key': key, 'bucket-uploads': uploads } = values
    if (uploads && name === undefined) throw new UsageError('--bucket-uploads: got it, allowed: with --bucket')
    const bucket = bucketIn(name, key, home)
    await requireFolder(out, ports.disk)
    const listed = await ports.templates(written, out, bucket && { ...bucket, uploads })
    const names = listed.stacks.map(({ template: file }) => file).join(', ')
    ports.print(json ? JSON.stringify(listed) : `wrote to ${out}: ${names}, the files of code/, and stacks.json`)
    return 0
  },
}

/** Throws if the bucket or the ARN of its key is misspelt: CloudFormation would find out only when it has created half of the stack. */
function bucketIn(name: string | undefined, key: string | undefined, home: string): FilesBucket | undefined {
  if (key !== undefined && !new RegExp(`^arn:aws:kms:${home}:\\d{12}:key/[\\w-]+$`).test(key)) {
    throw new UsageError(
      `--bucket-key: got ${JSON.stringify(key)}, allowed: the ARN of a key, arn:aws:kms:${home}:ACCOUNT:key/ID`,
    )
  }
  if (name === undefined && key !== undefined) throw new UsageError('--bucket-key: got one, allowed: with --bucket')
  if (name !== undefined && !/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name)) {
    throw new UsageError(`--bucket: got ${JSON.stringify(name)}, allowed: the name of a bucket`)
  }
  return name === undefined ? undefined : { name, key }
}

/** The names of what this command writes. */
const ownFile = /^(stacks\.json|[\w-]+\.template\.json|code|code\/[\da-f]{64}\.\w+)$/

/** Throws if the folder has other files than this command writes: it replaces what is there. */
async function requireFolder(folder: string, disk: Disk): Promise<void> {
  const found = await disk.stat(folder)
  const names = found?.kind === 'folder' ? (await disk.entries(folder)).map(({ name }) => name) : []
  if (found === undefined || (found.kind === 'folder' && names.every(name => ownFile.test(name)))) return
  throw new UsageError(
    `--out: got ${JSON.stringify(folder)}, allowed: a new or empty folder, or one that this command wrote`,
  )
}
