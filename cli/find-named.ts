import * as v from 'valibot'
import { describeInvalid, parsedText, readFields, type Values } from '../shared/fields.ts'
import { regions } from '../shared/regions.ts'
import { UsageError } from './command.ts'
import { type ApiFinder, originRule, parseOrigin, regionIn } from './links/link-api.ts'
import { oneOf, originIn } from './options.ts'
import type { CliPorts } from './ports/ports.ts'

/** What names an API beside the command line. */
export interface NamedElsewhere {
  /** The value of the variable `ONCE_API`. */
  readonly variable: string | undefined
  /** Returns the text of the file `once.json`; undefined if it does not exist. */
  file(): Promise<string | undefined>
}

/** What `once.json` may have. */
const fields = {
  api: parsedText(originIn, originRule),
  region: v.optional(v.picklist(regions, regions.join(', '))),
}

/**
 * Finds an API that the command line names, else the variable, else the file, which counts as a whole or not at all. A file of this folder
 * may have come with files of others: so no token goes to an API that only the file names.
 */
export function findNamed({ variable, file }: NamedElsewhere): ApiFinder<CliPorts> {
  return {
    hasSettings: false,
    usage: `  --api URL      use this API, https://ID.execute-api.REGION.amazonaws.com/v1 (default: ONCE_API, or "api" in the file once.json
                 of this folder, which may have "region" too; with ONCE_TOKEN, the file does not count)
  --region NAME  the Region of an API whose URL names none (default: that in the URL)`,
    async find({ api, region, environment: [operand] = [] }, ports) {
      if (operand !== undefined) throw new UsageError(`got ${JSON.stringify(operand)}, allowed: no operand`)
      const trusted = namedBy(api, '--api') ?? namedBy(variable, 'ONCE_API')
      const known = trusted ?? readKnown(await file())
      if (trusted === undefined && ports.apis.hasToken) {
        throw new UsageError(
          `once.json: got ${JSON.stringify(known.api)}, which would get the token in ONCE_TOKEN, allowed: the same in ONCE_API or --api, since the file may be another's`,
        )
      }
      const chosen = region === undefined ? known.region : oneOf(region, '--region', regions)
      const ofApi = regionIn(known.api) ?? chosen
      if (ofApi === undefined && !ports.apis.hasToken) {
        throw new UsageError(
          '--region: got nothing, and the URL of the API names no Region, allowed: the one that it is in',
        )
      }
      return {
        origin: known.api,
        region: ofApi,
        place: new URL(known.api).host,
        homeRegions: [],
      }
    },
  }
}

type Known = Values<typeof fields>

function namedBy(text: string | undefined, name: string): Known | undefined {
  return text === undefined || text === '' ? undefined : { api: parseOrigin(text, name) }
}

function readKnown(text: string | undefined): Known {
  if (text === undefined) {
    throw new UsageError(
      '--api: got nothing, allowed: the URL of an API, also as ONCE_API or in once.json; --local for the emulator',
    )
  }
  const { output } = v.safeParse(v.pipe(v.string(), v.parseJson()), text)
  const read = readFields(fields, output)
  if (read.ok) return read.value
  throw new UsageError(read.invalid.map(each => `once.json: ${describeInvalid(each)}`).join('\n'))
}
