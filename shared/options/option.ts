import type { Deployment } from '../settings/deployment.ts'
import type { InvalidField } from '../fields.ts'
import type { LinkOwner } from '../callers/issuers.ts'
import type { Link } from '../link.ts'
import type { NonceFlags } from '../nonce.ts'
import type { EpochSeconds } from '../time.ts'

/** A link to issue, complete but for what depends on its object. It has no id yet. */
export type IssueRequest = Omit<Link, 'id' | 'urlSeconds' | 'purgeAt'>

/** On what the options of a link depend: the deployment, with the limits of the caller, the issuer of the link, and the time. */
export interface IssueContext {
  readonly deployment: Deployment
  readonly owner: LinkOwner
  readonly issuedAt: EpochSeconds
}

/**
 * An option of a link, each in a file of this folder and named like its field in `POST /links`. Everything else iterates over them: the
 * API, its document, the client's types, the command line, the page and the tables of docs/. A text that a link keeps and
 * shows as it was given needs only `schema`, `read`, `view` and `words`.
 *
 * @param I the input: the options of a request, as `read` returns them
 */
export interface Option<I> {
  /** JSON Schema of the field. Its `x-allowed` is what errors say is allowed; of text with a `format`, `read` is the parser. */
  readonly schema: object
  /** Returns a value that the schema accepts as the link needs it; undefined if it means the same as nothing. @default as it is */
  readonly read?: (value: never) => unknown
  /** Returns what the link's item has of it. @default the value, under its own name */
  readonly store?: (input: I, context: IssueContext) => Partial<Link>
  /** Checks what a schema can't: rules on the deployment, the caller, the clock, or two fields. @default nothing */
  readonly check?: (input: I, request: IssueRequest, context: IssueContext) => readonly InvalidField[]
  /** The flag of the nonce that says of a link what the edge must know before it calls the table. @default none */
  readonly flag?: { readonly name: keyof NonceFlags; readonly isSet: (link: Omit<Link, 'id'>) => boolean }
  /** JSON Schema of the field that a link shows. @default the link does not show it */
  readonly view?: object
  /** Returns what a link shows, undefined for nothing. @default what its item has under the same name */
  readonly show?: (link: Link) => unknown
  /** Returns the input that gives another link this option. @default what its item has under the same name */
  readonly again?: (link: Link, context: IssueContext) => unknown
  readonly words: Words
}

/** What people read of an option. */
interface Words {
  /**
   * `once issue --help`: the option with its value, and what it does. `\n` begins another line.
   * @default neither an option of `once issue` nor a field of the page
   */
  readonly usage?: readonly [option: string, text: string]
  /** Its row in `once status`: the name, and what it says of what the link shows. @default no row; the text that the link shows */
  readonly status?: readonly [name: string, textOf?: (shown: never) => string | undefined]
  /** Its field on the page for senders, whose texts are in the languages' files. @default a field to type in, or a box to tick */
  readonly field?: FormField
  /** Its row in docs/links.md: what it is, and its default. */
  readonly docs: readonly [what: string, byDefault: string]
  /**
   * Its row in docs/privacy.md: attributes of the item, what they are, whether that is personal data, and evidence.
   * @default the item has none
   */
  readonly privacy?: readonly [attributes: string, what: string, isPersonal: string, evidence: string]
}

/** A field of the page for senders. What is typed or chosen follows from the schema. */
interface FormField {
  /** Values of a list of choices: `''` leaves the field out. @default no list */
  readonly choices?: readonly (string | number)[]
  /** Lines of text. @default 1 */
  readonly rows?: number
}
