import type { ParseArgsOptionsConfig } from 'node:util'
import type { IssuedLink } from '../../client/client.ts'
import { UnreachableError, type Command, exitCodes, UsageError } from '../command.ts'
import { forEach } from './for-each-link.ts'
import { parseWithOperands } from '../options.ts'
import { type IssueItem, itemsOf } from './issue-items.ts'
import { linkFieldsOf, linkOptions, linkOptionsUsage, withMediaValue } from './issue-options.ts'
import { issueWithFile, type Work } from './issue-with-file.ts'
import { type Address, apiOptions, apiUsage, openApi, withLocalOrigin } from './link-api.ts'

const issueOptions = {
  key: { type: 'string', short: 'k', multiple: true },
  ...linkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usage = `once issue (FILE... [--key KEY] | --key KEY...) [options]

Puts files into the bucket and issues a link for each, or for objects that are there. Prints the links, one a line, and
nothing else: each is a secret that is told this once. What is to be known of them is on standard error.

  FILE                a file of yours; an object of the same key is replaced
  -k, --key KEY       its key (default its name); with a slash at the end, the folder that it goes into. Without a FILE an
                      object that is there; repeatable
${linkOptionsUsage}
${apiUsage(22)}

  once issue report.pdf
  once issue --expires-in 2d --confirm --key 2026/11/ *.pdf
  once issue --local --key hello.txt | xargs curl -L
  once issue --media --key films/one/index.m3u8 --reference "order 7" --json

${exitCodes}
`

/** `once issue`: links, with files or for objects that are there. */
export const issue: Command = {
  name: 'issue',
  summary: 'put files into the bucket and issue links',
  usage,
  options: issueOptions,
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(withLocalOrigin(withMediaValue(args)), issueOptions)
    const fields = linkFieldsOf(values)
    const items = await itemsOf(positionals, values, ports)
    if (positionals.length > 0) mustNameItsBucket(values)
    const api = await openApi(values, ports)
    const signal = ports.interrupts.abortOnInterrupt()
    const act = async ({ key, file }: IssueItem) => {
      const link = await issueOne(file, { ...fields, key }, { api, ports, signal })
      ports.print(values.json ? JSON.stringify({ key, ...link }) : link.url)
      ports.info(`${key}: ${link.id}, expires ${link.expiresAt}, home ${link.homeRegion}`)
    }
    return forEach(items, act, { nameOf: ({ key }) => key, options: issueOptions, note: ports.info })
  },
}

async function issueOne(
  file: IssueItem['file'],
  asked: Parameters<typeof issueWithFile>[1],
  work: Work,
): Promise<IssuedLink> {
  const { api, signal } = work
  try {
    return file === undefined ? await api.client.issue(asked, { signal }) : await issueWithFile(file, asked, work)
  } catch (error) {
    if (!signal.aborted) throw error
    // One may have been issued; it was told to nobody, and ends as all do.
    throw new UnreachableError(`interrupted: ${JSON.stringify(asked.key)}, and what comes after it, has no link`, {
      cause: error,
    })
  }
}

/** An api doesn't say which bucket is behind it; another deployment's would take the file all the same. */
function mustNameItsBucket({ api, context = [] }: Address): void {
  if (api === undefined || context.some(pair => pair.startsWith('name='))) return
  throw new UsageError(
    '--api: got it together with FILE, allowed: with -c name=NAME, the deployment whose bucket gets the file; or --key alone',
  )
}
