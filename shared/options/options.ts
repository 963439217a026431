import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import type { InvalidField } from '../fields.ts'
import type { Link } from '../link.ts'
import type { NonceFlags } from '../nonce.ts'
import type { ObjectKey } from '../object-key.ts'
import { allowMissing } from './allow-missing.ts'
import { bind } from './bind.ts'
import { confirm } from './confirm.ts'
import { deleteFile } from './delete-file.ts'
import { expiresAt } from './expires-at.ts'
import { expiresIn } from './expires-in.ts'
import { filename } from './filename.ts'
import { homeRegion } from './home-region.ts'
import { maxTries } from './max-tries.ts'
import { media } from './media.ts'
import { message } from './message.ts'
import { network } from './network.ts'
import { notBefore } from './not-before.ts'
import { notify } from './notify.ts'
import type { IssueContext, IssueRequest, Option } from './option.ts'
import { passphrase } from './passphrase.ts'
import { receipt } from './receipt.ts'
import { reference } from './reference.ts'
import { remindAt } from './remind-at.ts'
import { sender } from './sender.ts'
import { urlSeconds } from './url-seconds.ts'
import { parseReceivedPrefix, upload } from './upload.ts'
import { uses } from './uses.ts'
import { versionId } from './version-id.ts'

/** The options of a link, in the order in which people read them. */
const modules = {
  confirm,
  receipt,
  uses,
  media,
  expiresIn,
  expiresAt,
  notBefore,
  urlSeconds,
  bind,
  network,
  passphrase,
  maxTries,
  filename,
  homeRegion,
  reference,
  sender,
  message,
  versionId,
  allowMissing,
  notify,
  remindAt,
  deleteFile,
  upload,
}

type Modules = typeof modules

/** The name of an option: that of its field in `POST /links`. */
export type OptionName = keyof Modules

/** The name of an option that people type or choose. */
export type TypedName = {
  [N in OptionName]: Modules[N]['words'] extends { readonly usage: unknown } ? N : never
}[OptionName]

/** The value of an option as a request has it once it is read. */
type ValueOf<M> = M extends { readonly read: (value: never) => infer V }
  ? Exclude<V, undefined>
  : M extends { readonly schema: infer S extends JSONSchema }
    ? FromSchema<S>
    : never

/**
 * A request for a link. It is valid by the schema, but not checked against deployment and clock yet. It lacks what the issuer left
 * out.
 */
export type IssueInput = { readonly key: ObjectKey } & { readonly [N in OptionName]?: ValueOf<Modules[N]> }

/** All options of a link. */
export const options: Readonly<Record<OptionName, Option<IssueInput>>> = modules

const all = Object.entries(options) as readonly (readonly [OptionName, Option<IssueInput>])[]

/** The names of all options, in the order in which people read them. */
export const optionNames = all.map(([name]) => name)

/** The names of those that people type or choose. */
export const typedNames = optionNames.filter((name): name is TypedName => options[name].words.usage !== undefined)

/** The schemas of all options, as properties of the body of `POST /links`. */
export const optionSchemas = membersOf(({ schema }) => schema) as { readonly [N in OptionName]: Modules[N]['schema'] }

/** The name of an option that a link shows. */
export type ShownName = { [N in OptionName]: Modules[N] extends { readonly view: unknown } ? N : never }[OptionName]

/** The schemas of the options that a link shows, as properties of its view. */
export const shownSchemas = membersOf(({ view }) => view) as { readonly [N in ShownName]: Modules[N]['view'] }

/** Parsers of the text of options, by the `format` of their schemas. */
export const optionFormats: Readonly<Record<string, (text: string) => unknown>> = {
  'received-prefix': parseReceivedPrefix,
  ...Object.fromEntries(
    all.flatMap(([, { schema, read }]) => ('format' in schema && read !== undefined ? [[schema.format, read]] : [])),
  ),
}

/** Returns what `memberOf` returns for each option, by name, without those for which that is undefined. */
function membersOf(memberOf: (option: Option<IssueInput>, name: OptionName) => unknown): object {
  const members = all.map(([name, option]) => [name, memberOf(option, name)] as const)
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}

/** Returns the options of a body that its schema accepts, in the order of `names`, without those that mean the same as nothing. */
export function readOptions(
  body: Readonly<Partial<Record<OptionName, unknown>>>,
  names: readonly OptionName[],
): Omit<IssueInput, 'key'> {
  const read = names.map(name => {
    const value = body[name] as never
    return [name, value === undefined ? undefined : (options[name].read ?? asItIs)(value)] as const
  })
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

const asItIs = (value: unknown) => value

/** Returns what a link's item has of the options of a request, with their defaults. */
export function storedOptions(input: IssueInput, context: IssueContext): Omit<IssueRequest, 'key' | 'issuedAt'> {
  const stored = all.map(([name, { store }]) =>
    store === undefined ? (input[name] === undefined ? {} : { [name]: input[name] }) : store(input, context),
  )
  return Object.assign({}, ...stored) as Omit<IssueRequest, 'key' | 'issuedAt'>
}

/** Returns the request that gives another link the options of this one. Nothing of it is checked yet. */
export function requestAgain(link: Link, context: IssueContext): IssueInput {
  const stored: Readonly<Partial<Record<OptionName, unknown>>> = link
  return { key: link.key, ...membersOf(({ again }, name) => (again ? again(link, context) : stored[name])) }
}

/** Returns every field that breaks a rule on the deployment, the caller, the clock, or two fields. */
export function checkOptions(input: IssueInput, request: IssueRequest, context: IssueContext): readonly InvalidField[] {
  return all.flatMap(([, { check }]) => check?.(input, request, context) ?? [])
}

/** Returns the flags of the nonce of a link. */
export function flagsOf(link: Omit<Link, 'id'>): NonceFlags {
  const flags: object = Object.fromEntries(all.flatMap(([, { flag }]) => (flag ? [[flag.name, flag.isSet(link)]] : [])))
  return flags as NonceFlags
}

/** Returns what a link shows of its options, by name. */
export function shownOptions(link: Link): Readonly<Partial<Record<ShownName, unknown>>> {
  const stored: Readonly<Partial<Record<OptionName, unknown>>> = link
  return membersOf(({ view, show }, name) => view && (show ? show(link) : stored[name]))
}
