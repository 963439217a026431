import type { ParseArgsOptionsConfig } from 'node:util'
import { upload as uploadOption } from '../../shared/options/upload.ts'
import { uploadTime } from '../../shared/texts/capability-text.ts'
import { type Command, exitCodes, UsageError } from '../command.ts'
import { parseSize, parseWithOperands } from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'
import { singleLine } from '../terminal/text.ts'
import { termsOf, textOf } from './issue.ts'
import { uploadLinkFieldsOf, uploadLinkOptions, uploadLinkOptionsUsage, withOptionalValues } from './issue-options.ts'
import { type ApiFinder, apiOptions, apiUsage, offeredBy, openApi, withLocalOrigin } from './link-api.ts'

const askOptions = {
  'max-bytes': { type: 'string' },
  types: { type: 'string' },
  ...uploadLinkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usageOf = (finder: { readonly usage: string }) => `once ask [PREFIX] --max-bytes SIZE [--types TYPES] [options]

Issues a link that takes one file from the person who opens it, at a deployment with the setting uploadLinks. Prints only the link and,
on a line of its own, the passphrase that --passphrase makes. The link is a secret and is printed only once. Details go to standard
error. A person who opens the link confirms on a page, which uses it; then the file may take four hours to arrive (--url-seconds). It is
stored below PREFIXreceived/ID/, with the link's id. Nothing is known of it until it has arrived.

  PREFIX              the start of the key of the file, up to a slash (default: the first prefix that you may use)
  --max-bytes SIZE    how large the file may be: bytes, or a size such as 500kB, 50MB or 2GB
  --types TYPES       media types with commas between, one of which the file must be declared as, such as
                      application/pdf,image/* (default: any)
${uploadLinkOptionsUsage}
${apiUsage(finder, { column: 22 })}

  once ask inbox/ --max-bytes 50MB
  once ask inbox/ --max-bytes 2GB --types application/pdf,image/* --for phone
  once ask inbox/ --max-bytes 50MB --passphrase --reference "order 7" --json

${exitCodes}
`

/** `once ask`: issues a link that takes a file. */
export const ask = <P extends CliPorts>(finder: ApiFinder<P>): Command<P> => ({
  name: 'ask',
  summary: 'issue a link that takes a file',
  usage: usageOf(finder),
  options: offeredBy(finder, askOptions),
  async run(args, ports) {
    const options = offeredBy(finder, askOptions)
    const { values, positionals } = parseWithOperands(withLocalOrigin(withOptionalValues(args)), options)
    const { 'max-bytes': maxBytes, types } = values
    const [prefix] = positionals
    // Not repeated: it may be a passphrase.
    if (positionals.length > 1 || /[^/]$/.test(prefix ?? '')) {
      const got = `${positionals.length} operands, the first of ${prefix?.length} characters`
      throw new UsageError(`PREFIX: got ${got}, allowed: one that ends in a slash; --passphrase=TEXT for a passphrase`)
    }
    if (maxBytes === undefined) throw new UsageError('--max-bytes: got nothing, allowed: a size such as 50MB')
    const upload = {
      ...(prefix !== undefined && { prefix }),
      maxBytes: parseSize(maxBytes, '--max-bytes'),
      ...(types !== undefined && { types: types.split(',').map(type => type.trim()) }),
    }
    const fields = uploadLinkFieldsOf(values)
    const { client, host } = await openApi(finder, values, ports)
    if (host !== undefined) ports.info(`API: ${host}`)
    const link = await client.ask({ ...fields, upload })
    ports.print(values.json ? JSON.stringify({ upload, ...link }) : textOf(link))
    const [takes, fileOf] = uploadOption.words.status
    const terms = [...termsOf(link, fields, ports.clock.now()), `${takes} ${fileOf(upload)}`, uploadTime(link)]
    ports.info(singleLine(terms.join(', ')))
    ports.info(`nothing is known of the file until it has arrived; then once status ${link.id} shows it`)
    return 0
  },
})
