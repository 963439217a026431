import type { IssuedLink } from '../../client/client.ts'

/** A link that this page has created. Only this page knows its URL and passphrase, until it is closed. */
export interface Created extends Pick<IssuedLink, 'id' | 'url' | 'expiresAt' | 'homeRegion'> {
  /** What the recipient must know, too; undefined if the link has none. */
  readonly passphrase: string | undefined
  /** What the sender should know of it. */
  readonly advice: string | undefined
  /** Name of its file; undefined if it asks for one. */
  readonly name: string | undefined
  /** For whom it is, as the sender wrote it. */
  readonly recipient: string | undefined
  /** For how many clients it is. @default one */
  readonly uses?: number | undefined
  /** Whether it is for who uses this page. @default for a recipient */
  readonly isOwn?: true
  /** Whether a person presses a button on its page. */
  readonly confirm: boolean
}
