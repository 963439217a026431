import type { ParseArgsOptionsConfig } from 'node:util'
import type { IssueLink } from '../../client/client.ts'
import { binds } from '../../shared/link.ts'
import { regions } from '../../shared/regions.ts'
import { oneOf, parseDuration, withValueFor } from '../options.ts'

const mediaWords = ['true', 'object', 'folder', 'false'] as const

/** The options that say what a link is to be: the fields of `POST /links`. */
export const linkOptions = {
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
} as const satisfies ParseArgsOptionsConfig

/** What `--help` says of them. The rules are the api's, and so are most errors. */
export const linkOptionsUsage = `  --confirm           the viewer is shown a page first and uses the link with its button
  --receipt           keep when, where and by whom it is used; --no-receipt: don't
  --media [WHAT]      for a player: object, folder, or what fits the key
  --expires-in TIME   life of the link: seconds, or as in 15m, 12h, 2d
  --expires-at TIME   its end instead, as in 2026-11-24T15:00:00Z
  --not-before TIME   not to be used earlier
  --url-seconds N     life of the signed URL
  --bind HOW          tie the signed URL to the viewer's address: ${binds.join(', ')}
  --network CIDR      the only network it works from, as in 203.0.113.0/24
  --filename NAME     the name the file is saved under
  --home-region NAME  where the link lives: nearest to its readers
  --reference TEXT    your own name for it, to list by`

/** The values of those options. */
export interface LinkValues {
  readonly confirm?: boolean | undefined
  readonly receipt?: boolean | undefined
  readonly media?: string | undefined
  readonly 'expires-in'?: string | undefined
  readonly 'expires-at'?: string | undefined
  readonly 'not-before'?: string | undefined
  readonly 'url-seconds'?: string | undefined
  readonly bind?: string | undefined
  readonly network?: string | undefined
  readonly filename?: string | undefined
  readonly 'home-region'?: string | undefined
  readonly reference?: string | undefined
}

/** `--media` alone is `--media=true`. What stands behind it is its value if it is one of its words. */
export function withMediaValue(args: readonly string[]): readonly string[] {
  const isValue = (text: string) => mediaWords.some(word => word === text)
  return withValueFor(args, '--media', { usual: 'true', isValue })
}

/** The fields that were given; throws a `UsageError` for what can't even be asked for. */
export function linkFieldsOf(values: LinkValues): Omit<IssueLink, 'key'> {
  const { confirm, receipt, media, bind, network, filename, reference, 'home-region': home } = values
  const fields = {
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
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function secondsOf(values: LinkValues, option: 'expires-in' | 'url-seconds'): number | undefined {
  const text = values[option]
  return text === undefined ? undefined : parseDuration(text, `--${option}`)
}

function mediaOf(text: string): NonNullable<IssueLink['media']> {
  const word = oneOf(text, '--media', mediaWords)
  return word === 'object' || word === 'folder' ? word : word === 'true'
}
