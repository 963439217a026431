import { maxMediaSeconds, urlSecondsRange } from '../limits.ts'
import { minLinkSeconds } from '../deployment.ts'
import { binds } from '../link.ts'
import { networkRule } from '../network.ts'
import { filenameField, flagField, keyField, linkIdField, referenceField, regionField, timeField } from './fields.ts'

const { min, max } = urlSecondsRange
const urlSecondsRule = `a whole number of seconds from ${min} to ${max}, or with media from ${min} to ${maxMediaSeconds}`

/** The body of `POST /links`, and each of those in a batch. What depends on deployment and clock is in api/issue-rules.ts. */
export const issueLink = {
  type: 'object',
  title: 'IssueLink',
  description: 'What a link is for. Only `key` must be there.',
  required: ['key'],
  additionalProperties: false,
  properties: {
    key: keyField,
    expiresIn: {
      type: 'integer',
      format: 'int64',
      minimum: minLinkSeconds,
      description: `Life of the link, in seconds from now: ${minLinkSeconds} to 604800 (7 days), unless the deployment says otherwise. Left out, it is a day. Either this or \`expiresAt\`.`,
      'x-allowed': `a whole number of seconds, ${minLinkSeconds} at least`,
    },
    expiresAt: { ...timeField, description: 'When the link ends, instead of `expiresIn`.' },
    notBefore: { ...timeField, description: 'Opened earlier, the link says so and is not used. Before its end.' },
    urlSeconds: {
      type: 'integer',
      minimum: min,
      maximum: maxMediaSeconds,
      description: `Life of the signed URL: ${min} to ${max} seconds, 30 by default; with \`media\` ${min} to ${maxMediaSeconds}, an hour by default.`,
      'x-allowed': urlSecondsRule,
    },
    bind: {
      type: 'string',
      enum: binds,
      description:
        'How closely the signed URL is tied to the address of the viewer: that one, its /24, or not at all. `exact` by default.',
      'x-allowed': 'exact, prefix or none',
    },
    network: {
      type: 'string',
      format: 'ipv4-network',
      description: 'The only IPv4 network the link works from, /8 to /32; opened from elsewhere it is not used.',
      'x-allowed': networkRule,
    },
    filename: filenameField,
    homeRegion: {
      ...regionField,
      description: 'Where the link lives: choose the one nearest its readers. The first of the deployment by default.',
    },
    reference: referenceField,
    confirm: {
      ...flagField,
      description:
        'The viewer is shown a page first and uses the link with its button, so that what fetches links in mails and chats uses nothing up.',
    },
    receipt: {
      ...flagField,
      description:
        'Keep when, where and by whom the link was used. By default true with `confirm` and `media` and where KMS signs, else false.',
    },
    media: {
      anyOf: [{ type: 'boolean' }, { type: 'string', enum: ['object', 'folder'] }],
      description: [
        'The signed URL is for a player and lives longer.',
        '`folder` opens all that is in the folder of `key`, and in the folders in that; `key` must be in one. `true` does that for a key that ends in `.m3u8` or `.mpd` and else opens the object alone.',
        'What opens a folder are cookies, which come with the redirect: who follows it without a cookie jar is refused. Ask for JSON to get them in the body.',
        'A browser plays no `.mpd` by itself. A folder has no `filename`.',
      ].join(' '),
      'x-allowed': 'true, "object", "folder" or false',
    },
  },
  if: { required: ['media'], properties: { media: { enum: [true, 'object', 'folder'] } } },
  else: { properties: { urlSeconds: { maximum: max, 'x-allowed': urlSecondsRule } } },
} as const

/** The answer of `POST /links`: the only one that ever holds the secret. */
export const issuedLink = {
  type: 'object',
  title: 'IssuedLink',
  description: 'A link that was issued. No other answer ever holds its secret.',
  required: ['id', 'url', 'expiresAt', 'homeRegion'],
  additionalProperties: false,
  properties: {
    id: linkIdField,
    url: {
      type: 'string',
      format: 'uri',
      description:
        'The link to hand out. Its last 43 characters are the nonce, a secret that is told in this answer alone.',
    },
    expiresAt: { ...timeField, description: 'When the link ends.' },
    homeRegion: regionField,
  },
} as const
