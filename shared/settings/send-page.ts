import * as v from 'valibot'
import { deployTimeValue } from '../callers/auth.ts'
import { parsedText, text } from '../fields.ts'

/** Prop `sendPage` of `OnceAtEdge`: the page on which people send files, behind the login of the provider in `auth`. */
export interface SendPageProps {
  /** Id of the page's client at the provider, a public one. May be a token of the CDK, such as `client.userPoolClientId`. */
  readonly clientId: string
  /** The scopes of a login, separated by spaces. @default 'openid' */
  readonly scope?: string | undefined
  /** Further parameters of the request for a login, such as `audience` or `resource`. @default - none */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /**
   * Origins of the provider, beside that of `auth.issuer`, to which the page sends requests, such as Cognito's
   * `https://DOMAIN.auth.REGION.amazoncognito.com`. May hold tokens of the CDK. @default - none
   */
  readonly origins?: readonly string[] | undefined
  /**
   * The host of the page, which `certificate` must cover, or which is in `hostedZone`.
   * @default - the host of its distribution
   */
  readonly domainName?: string | undefined
}

/** Schema of the host of a distribution. */
export const hostField = text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name in lower case')

/** Parameters of the request that the login sets itself, or can't be with (OpenID Connect Core, section 3.1.2.1; RFC 7636, section 4.3). */
const ownParameters =
  'client_id, redirect_uri, response_type, response_mode, scope, state, nonce, code_challenge, code_challenge_method, request, request_uri'

const parameter = parsedText(
  name => (ownParameters.split(', ').includes(name) ? undefined : name),
  `parameters beside those of the login itself, so not ${ownParameters}`,
)
const scopes = /^([\x21\x23-\x5b\x5d-\x7e]+ )*openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/
const isOrigin = (text: string) => /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/.test(text)
const origin = parsedText(
  text => (isOrigin(text.replace(deployTimeValue, 'x')) ? text : undefined),
  'https://HOST without a path, perhaps with one value of the CDK',
)

/** Schema of `sendPage` in the settings. */
export const sendPageField = v.strictObject(
  {
    clientId: text(/^[\x21-\x7e]{1,256}$/, 'the id of a client at the provider, 1 to 256 printable ASCII characters'),
    scope: v.optional(text(scopes, 'scopes, separated by a space, among them openid'), 'openid'),
    parameters: v.optional(v.record(parameter, v.string('text'), 'an object from parameter to text'), {}),
    origins: v.optional(v.array(origin, 'a list of origins'), []),
    domainName: v.optional(hostField),
  },
  'an object with clientId, perhaps scope, parameters, origins and domainName, and nothing else',
)
