import type { TypedName } from '../../../shared/options/options.ts'

/** Forms of a text for each number, by the plural categories of the language (CLDR). `{count}` is the number. */
export type Counted = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string }

/** A field of an option: its label, a few words more, and the texts of its choices by value. */
interface FieldTexts {
  readonly label: string
  readonly hint?: string
  readonly choices?: Readonly<Record<string, string>>
}

/**
 * The texts of the page for senders in one language. Names in braces are placeholders; what they become is written as the language writes
 * it. `{time}` is a time of this or another day, such as `today at 14:02` or `Thursday 3 December at 14:02`.
 */
export interface SendersTexts {
  /** How the language writes dates and numbers, as a BCP 47 tag. */
  readonly locale: string
  readonly rightToLeft?: true
  readonly title: string
  readonly language: string
  /** Instead of the name of a deployment: the page is that of this computer. */
  readonly local: string
  readonly noScript: string
  readonly tabs: Readonly<Record<'send' | 'sent', string>>
  readonly login: LoginTexts
  readonly form: FormTexts
  readonly options: Readonly<Record<TypedName, FieldTexts>>
  readonly people: PeopleTexts
  readonly progress: ProgressTexts
  readonly created: CreatedTexts
  readonly sent: SentTexts
  readonly states: StateTexts
  readonly facts: FactTexts
  readonly delivery: DeliveryTexts
  /** Kinds of programs that opened a link. Those with a name of their own have that. */
  readonly clients: Readonly<Record<'bot' | 'program' | 'app', string>>
  readonly actions: ActionTexts
  readonly upload: UploadTexts
  readonly problems: ProblemTexts
  /** What the API refuses, by its reason; with the result of a check after it, if that has a text of its own. */
  readonly reasons: Readonly<Record<string, string>>
  /**
   * What is wrong with a field, by its name in the API; with `no ` before it, if the API allows no value. `{min}`, `{max}`, `{size}` and
   * `{latest}` are those of the API's rule.
   */
  readonly fields: Readonly<Record<string, string>>
}

interface LoginTexts {
  readonly first: string
  readonly again: string
  readonly in: string
  readonly out: string
  /** Asks before a logout that loses something. */
  readonly leave: string
  readonly noWindow: string
  /** `{why}` is what the provider says. */
  readonly failed: string
  readonly left: string
  readonly other: string
  readonly closable: string
}

interface FormTexts {
  /** What the sender does, where links may take files: asks, and the two answers. */
  readonly purposes: string
  readonly purpose: Readonly<Record<'send' | 'ask', string>>
  /** Of a file that is asked for: its largest size, and its kind, by media types with commas between. */
  readonly maxBytes: FieldTexts
  readonly types: FieldTexts
  /** In place of the labels of `reference` and `sender`. */
  readonly whom: string
  readonly who: string
  readonly drop: string
  readonly choose: string
  readonly chooseFolder: string
  readonly add: string
  readonly remove: string
  readonly files: Counted
  readonly oneZip: string
  readonly nothingDropped: string
  readonly ways: string
  readonly way: Readonly<Record<'mail' | 'chat' | 'phone' | 'program', string>>
  readonly ownPassphrase: FieldTexts
  /** In place of the field for the sender: the API takes the name from the login. */
  readonly senderOfLogin: string
  readonly until: string
  readonly more: string
  readonly key: FieldTexts
  readonly replace: FieldTexts
  readonly create: Counted
  readonly creating: string
  readonly cancel: string
}

interface PeopleTexts {
  readonly title: string
  /** `{line}` is what the sender typed. */
  readonly text: string
  readonly lines: Counted
  readonly names: Counted
}

/** `{done}` and `{size}` are sizes, `{rate}` is one for each second, `{left}` and `{time}` are durations. */
interface ProgressTexts {
  readonly upload: string
  readonly done: string
  readonly stalled: string
  readonly left: string
  /** The file is being checked for malware; how long so far, and that the sender may leave meanwhile. */
  readonly check: string
  readonly waited: string
  readonly leave: string
}

interface CreatedTexts {
  readonly title: Counted
  /** Follows the name of the file. */
  readonly for: string
  /** What a link asks for, before its name is known; and, after it, of whom. */
  readonly aFile: string
  readonly from: string
  readonly works: string
  /** The link works on each of several devices. */
  readonly worksOnEach: string
  readonly shownOnce: string
  readonly linkForEach: string
  readonly link: string
  readonly passphrase: string
  readonly apart: string
  readonly copy: string
  readonly copied: string
  readonly copyByHand: string
  readonly copyAll: string
  readonly copyPassphrases: string
  /** Follows `copy` for those who don't see the page. */
  readonly linkFor: string
  readonly saveTable: string
  /** Columns of the table. */
  readonly recipient: string
  readonly end: string
  readonly writeMail: string
  readonly mail: string
  /** Follows `mail` for those who don't see the page. */
  readonly mailTo: string
  readonly slow: string
  /** Opens a link that is for the sender. */
  readonly open: string
  readonly qr: string
  readonly qrOfLink: string
  readonly next: string
  /** The same of a link that asks for a file. */
  readonly nextAsked: string
  readonly back: string
  readonly noLink: string
  /** The mail that the sender's own program writes: subject, greetings, and sentences before and after the link. */
  readonly subject: string
  readonly subjectAsked: string
  readonly hello: string
  readonly helloTo: string
  readonly leadsTo: string
  /** In place of `leadsTo`, of a link that asks for a file. */
  readonly takes: string
  readonly asksPassphrase: string
}

interface SentTexts {
  readonly search: string
  readonly searchHint: string
  readonly loading: string
  readonly none: string
  readonly notHere: string
  readonly more: string
  readonly requested: string
  /** On a link whose reminder came. */
  readonly unopened: string
}

/** States of a link, which may stand alone. `{opened}` is one of them: `notOpened`, `notYet`, `opened`, `openedAt`, `openedBy`. */
interface StateTexts {
  readonly notOpened: string
  readonly notYet: string
  readonly opened: string
  readonly openedAt: string
  readonly openedBy: string
  readonly whole: string
  readonly part: string
  readonly thenRevoked: string
  readonly replaced: string
  readonly revoked: string
  readonly gone: string
  readonly ended: string
  readonly locked: string
  readonly worksFrom: string
  readonly ends: string
  /** Of links that take a file: in place of `notYet`, and what arrived. `{time}` is until when it can, or when it did. */
  readonly asked: string
  readonly awaited: string
  readonly noFile: string
  readonly received: string
  readonly unchecked: string
  readonly refused: string
}

/** What is known of a link: terms, and what they say. */
interface FactTexts {
  readonly for: string
  readonly state: string
  readonly created: string
  readonly size: string
  readonly from: string
  readonly message: string
  readonly opened: string
  readonly openedWith: string
  readonly openedFrom: string
  readonly download: string
  readonly passphrase: string
  readonly tries: string
  readonly refused: string
  readonly refusedAfter: Counted
  readonly requested: string
  readonly asked: Counted
  readonly robots: string
  readonly looked: Counted
}

/** How far a file was downloaded. */
interface DeliveryTexts {
  readonly none: string
  readonly started: string
  readonly partial: string
  readonly partialOf: string
  readonly complete: string
  readonly unknown: string
}

interface ActionTexts {
  readonly keep: string
  readonly revoke: string
  readonly revokeTitle: string
  readonly revokeIt: string
  readonly revokeText: string
  readonly revokeOpened: string
  readonly replace: string
  readonly replaceTitle: string
  readonly replaceIt: string
  readonly replaceText: string
  /** The same of links that take a file. */
  readonly revokeAsked: string
  readonly replaceAsked: string
  /** Makes a link, for the sender, to the file that a link took. */
  readonly fetch: string
}

/** The page on which a recipient sends the file that a link takes. `{sender}` asks for it; `{size}` is the most, or that of the file. */
interface UploadTexts {
  readonly asked: string
  readonly askedBy: string
  readonly limit: string
  readonly types: string
  readonly until: string
  readonly file: string
  readonly choose: string
  readonly send: string
  readonly sending: string
  /** After a reload, when a part of `{name}` has arrived. */
  readonly goesOn: string
  readonly received: string
  readonly receivedBy: string
  readonly closable: string
  /** The upload was complete, and it is not known whether S3 has the file. */
  readonly unsure: string
  readonly withdrawn: string
  readonly ended: string
  /** The page was opened without the token of a link. */
  readonly lost: string
  readonly again: string
  readonly otherTab: string
  readonly tooLarge: string
  readonly wrongType: string
  readonly tooMuch: string
}

interface ProblemTexts {
  readonly noFile: string
  readonly unreadable: string
  readonly cancelled: string
  readonly noResponse: string
  readonly goesOn: string
  /** `{max}` is the most. */
  readonly manyNames: Counted
  readonly manyFiles: string
  readonly inZip: string
  readonly anotherTime: string
  /** `{what}` is what AWS, or the program that opened the page, says of it. */
  readonly aws: string
  readonly unknown: string
  /** `{id}` is the number of the request. */
  readonly unknownId: string
}
