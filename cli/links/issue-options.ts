import type { ParseArgsOptionsConfig } from 'node:util'
import type { IssueLink, NewLink } from '../../client/client.ts'
import { presetNames } from '../../client/presets.ts'
import { binds } from '../../shared/link.ts'
import { regions } from '../../shared/regions.ts'
import { oneOf, parseDuration, wholeNumber, withValueFor } from '../options.ts'

const mediaValues = ['true', 'object', 'folder', 'false'] as const

/** The options of a new link: the fields of `POST /links`. */
export const linkOptions = {
  for: { type: 'string' },
  confirm: { type: 'boolean' },
  receipt: { type: 'boolean' },
  media: { type: 'string' },
  'expires-in': { type: 'string' },
  'expires-at': { type: 'string' },
  'not-before': { type: 'string' },
  'url-seconds': { type: 'string' },
  bind: { type: 'string' },
  network: { type: 'string' },
  filename: { type: 'string' },
  'home-region': { type: 'string' },
  reference: { type: 'string' },
  sender: { type: 'string' },
  message: { type: 'string' },
  'version-id': { type: 'string' },
  'allow-missing': { type: 'boolean' },
  notify: { type: 'string' },
  passphrase: { type: 'string' },
  'max-tries': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

/** Explains them in `--help`. The API has the rules and reports most errors. */
export const linkOptionsUsage = `  --for WAY           options for the way to the recipient: mail, chat, phone (people who change networks) or partner (a program);
                      other options have precedence over those that it chooses (docs/presets.md)
  --confirm           the viewer must confirm with a button on a page before the link is used
  --receipt           keep when, where and by whom the link is used; --no-receipt: don't
  --media [WHAT]      for a player: object or folder (default: depends on the key)
  --expires-in TIME   life of the link: seconds, or a time such as 15m, 12h or 2d
  --expires-at TIME   when the link expires, such as 2026-11-24T15:00:00Z
  --not-before TIME   when the link starts to work
  --url-seconds TIME  how long the download works from the moment the link is opened: seconds, or a time such as 15m or 4h
  --bind HOW          bind the download to the address that opens the link (exact), its network (prefix), the browser or program
                      or its address (client), the browser or program (client-only), or nothing (none)
  --network CIDR      the only network that may use the link, such as 203.0.113.0/24 or 2001:db8::/48
  --passphrase        the viewer must know a passphrase, too: the API makes one, which is printed after the link. Send it another
                      way than the link. Your own: --passphrase=TEXT, 6 to 128 characters; other users of this machine can see it
  --max-tries N       passphrases that may be tried, 1 to 10 (default: 5); then the link is locked
  --filename NAME     the name under which the file is saved
  --home-region NAME  the link's home Region: choose one near its viewers
  --reference TEXT    your own name for the link, for once list
  --sender NAME       who sends the file, as its pages show it
  --message TEXT      your words to the viewer, which its pages show as plain text
  --version-id ID     the version of the object that the link delivers (default: the latest one, now)
  --allow-missing     issue the link also if there is no such object yet; it then delivers what its key has when it is opened
  --notify ENDPOINT   the endpoint of the deployment that gets a webhook of what becomes of the link`

type Options = typeof linkOptions

/** The values of these options. */
export type LinkValues = {
  readonly [Name in keyof Options]?: (Options[Name]['type'] extends 'boolean' ? boolean : string) | undefined
}

/**
 * Expands `--media` and `--passphrase` without a value to `--media=true` and `--passphrase=true`. The next argument is the value of
 * `--media` if it is one of the allowed ones. It is never that of `--passphrase`: it may be a file.
 */
export function withOptionalValues(args: readonly string[]): readonly string[] {
  const isMedia = (text: string) => mediaValues.some(value => value === text)
  const withMedia = withValueFor(args, '--media', { default: 'true', isValue: isMedia })
  return withValueFor(withMedia, '--passphrase', { default: 'true', isValue: () => false })
}

/** Returns the given fields. Throws a `UsageError` if one can't be sent to the API. */
export function linkFieldsOf(values: LinkValues): Omit<NewLink, 'key'> {
  const {
    confirm,
    receipt,
    media,
    bind,
    network,
    filename,
    reference,
    notify,
    'home-region': home,
    'max-tries': maxTries,
  } = values
  const fields = {
    for: values.for === undefined ? undefined : oneOf(values.for, '--for', presetNames),
    confirm,
    receipt,
    media: media === undefined ? undefined : mediaOf(media),
    expiresIn: secondsOf(values, 'expires-in'),
    expiresAt: values['expires-at'],
    notBefore: values['not-before'],
    urlSeconds: secondsOf(values, 'url-seconds'),
    bind: bind === undefined ? undefined : oneOf(bind, '--bind', binds),
    network,
    filename,
    homeRegion: home === undefined ? undefined : oneOf(home, '--home-region', regions),
    reference,
    sender: values.sender,
    message: values.message,
    versionId: values['version-id'],
    allowMissing: values['allow-missing'],
    notify,
    // No passphrase has four characters.
    passphrase: values.passphrase === 'true' ? true : values.passphrase,
    maxTries: maxTries === undefined ? undefined : wholeNumber(maxTries, { option: '--max-tries', min: 1, max: 10 }),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function secondsOf(values: LinkValues, option: 'expires-in' | 'url-seconds'): number | undefined {
  const text = values[option]
  return text === undefined ? undefined : parseDuration(text, `--${option}`)
}

function mediaOf(text: string): NonNullable<IssueLink['media']> {
  const value = oneOf(text, '--media', mediaValues)
  return value === 'object' || value === 'folder' ? value : value === 'true'
}
