import { linkSecondsRange, maxCapabilitySeconds, maxMediaSeconds, urlSecondsRange } from '../limits.ts'
import { binds } from '../link.ts'
import { networkRule } from '../network.ts'
import { referenceRule } from '../plain-text.ts'
import {
  capabilityFields,
  filenameField,
  flagField,
  keyField,
  linkIdField,
  messageField,
  notifyField,
  objectFields,
  referenceField,
  regionField,
  senderField,
  timeField,
  versionIdField,
} from './fields.ts'
import { generatedPassphrase, passphraseFields } from './passphrase.ts'

const { min, max } = urlSecondsRange
const urlSecondsRule = `a whole number of seconds from ${min} to ${max}, with media to ${maxMediaSeconds}, with bind client or client-only to ${maxCapabilitySeconds}`

/** The body of `POST /links`, and each item of a batch. Rules on deployment, clock or two fields are in api/issue-rules.ts. */
export const issueLink = {
  type: 'object',
  title: 'IssueLink',
  description: 'The link to issue. Only `key` is required.',
  required: ['key'],
  additionalProperties: false,
  properties: {
    key: keyField,
    versionId: {
      ...versionIdField,
      description:
        'The version of the object that the link delivers: name the one that your upload returned, so that it can not be the version of another upload. By default, the latest one when the link is issued.',
    },
    allowMissing: {
      ...flagField,
      description:
        'Issue the link even if there is no such object yet. The link then delivers what its key names when it is opened. Not together with `versionId`.',
    },
    expiresIn: {
      type: 'integer',
      format: 'int64',
      minimum: linkSecondsRange.min,
      description: `Life of the link, in seconds from now: ${linkSecondsRange.min} to 604800 (7 days) and 86400 (a day) by default, unless the deployment has other limits. Not together with \`expiresAt\`.`,
      'x-allowed': `a whole number of seconds, at least ${linkSecondsRange.min}`,
    },
    expiresAt: { ...timeField, description: 'When the link expires. Not together with `expiresIn`.' },
    notBefore: {
      ...timeField,
      description:
        'When the link starts to work. This must be before it expires. An earlier request is refused and does not use the link.',
    },
    urlSeconds: {
      type: 'integer',
      minimum: min,
      maximum: maxCapabilitySeconds,
      description: [
        'How long the signed URL works, in seconds from the moment when the link is opened.',
        `With \`bind\` \`client\` or \`client-only\` ${min} to ${maxCapabilitySeconds} (a day); by default enough for the whole object at 2 Mbit/s, at least 60, with \`media\` or if its size is not known at least 3600.`,
        `With another \`bind\` ${min} to ${max}, 30 by default; with \`media\` to ${maxMediaSeconds}, 3600 by default.`,
        'A deployment may have a lower limit.',
      ].join(' '),
      'x-allowed': urlSecondsRule,
    },
    bind: {
      type: 'string',
      enum: binds,
      description: [
        'To what the signed URL is bound: the address of the viewer who opens the link (`exact`), its network (`prefix`: its /24; of an IPv6 address, both mean its /64), the browser or program that opens it, or its address (`client`), the browser or program alone (`client-only`), or nothing (`none`).',
        'With `client` and `client-only`, that browser or program can go on with a broken download, also from another address, until the URL ends.',
        'The default is `exact`, with `media` `client`. Over HTTP/3 `exact` and `prefix` are refused, and `client` is the default. A deployment without a gate refuses `client` and `client-only`: there the default is `exact`, or over HTTP/3 `none`.',
      ].join(' '),
      'x-allowed': 'exact, prefix, client, client-only or none',
    },
    network: {
      type: 'string',
      format: 'ip-network',
      description: `The only network from which the link works: ${networkRule}. IPv6 only where the deployment has it. A request from another network is refused and does not use the link.`,
      'x-allowed': networkRule,
    },
    filename: filenameField,
    homeRegion: {
      ...regionField,
      description:
        'The home Region of the link: choose the one nearest to its viewers. By default, the first home Region of the deployment.',
    },
    reference: {
      ...referenceField,
      format: 'reference',
      description: `${referenceField.description} It has ${referenceRule}.`,
      'x-allowed': referenceRule,
    },
    sender: senderField,
    message: messageField,
    confirm: {
      ...flagField,
      description:
        'The viewer first gets a page, and uses the link by pressing its button. So programs that fetch links in mails and chats do not use it.',
    },
    receipt: {
      ...flagField,
      description:
        'Keep a receipt: when, where and by whom the link was used. By default true with `confirm`, `media`, `bind` `client` or `client-only`, or if KMS signs, else false.',
    },
    media: {
      anyOf: [{ type: 'boolean' }, { type: 'string', enum: ['object', 'folder'] }],
      description: [
        'The signed URL is for a player and lives longer.',
        'With `object`, it opens the object. With `folder`, it opens everything in the folder of `key` and its subfolders; `key` must be in a folder. `true` means `folder` for a key that ends in `.m3u8` or `.mpd`, and `object` for any other key.',
        'A folder opens with cookies, which come with the redirect: a client that follows it without a cookie jar is refused. With `Accept: application/json`, they are in the body.',
        'Browsers can not play `.mpd` by themselves. With a folder, `filename` is not allowed.',
      ].join(' '),
      'x-allowed': 'true, "object", "folder" or false',
    },
    notify: notifyField,
    ...passphraseFields,
  },
} as const

/** The response of `POST /links`, which alone contains the secret. */
export const issuedLink = {
  type: 'object',
  title: 'IssuedLink',
  description: 'A link that was issued, with its secret, which no other body contains.',
  required: ['id', 'url', 'expiresAt', 'homeRegion', 'urlSeconds', 'bind', 'pinned'],
  additionalProperties: false,
  properties: {
    id: linkIdField,
    url: {
      type: 'string',
      format: 'uri',
      description:
        'The link to send to the viewer. Its last 43 characters are the nonce, a secret that no other body contains.',
    },
    expiresAt: { ...timeField, description: 'When the link expires.' },
    homeRegion: regionField,
    ...capabilityFields,
    ...objectFields,
    passphrase: generatedPassphrase,
    advice: {
      type: 'string',
      description:
        'What you should know of this link, for people: its `bind` and `urlSeconds` may lose the download over a slow line. Absent if there is nothing to say. The text may change.',
    },
  },
} as const
