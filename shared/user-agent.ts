/** Families by what their User-Agent contains; the first that fits, since most pretend to be others as well. */
const families: readonly (readonly [RegExp, string])[] = [
  [/(?<!cu)bot\b|crawler|spider|preview|slurp|facebookexternalhit|^WhatsApp\//i, 'bot'],
  [/^curl\//i, 'curl'],
  [/^wget\//i, 'wget'],
  // once redeem (cli/adapters/http.ts).
  [/^once-at-edge(\/|$)/, 'once-at-edge'],
  [/^(python[\w-]*|java(-http-client)?|go-http-client|okhttp|axios|node(-fetch)?|undici|dart)(\/|$)/i, 'program'],
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/\b(CFNetwork|AppleCoreMedia|ExoPlayer)\b/, 'app'],
]

/** The family of a User-Agent header, a word or two for a person to read; `other` for what isn't known. No version. */
export function familyOf(userAgent: string): string {
  return families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other'
}
