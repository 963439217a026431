/** Names that settings had before version 0.3, the last that knows them, and the props that say the same now. */
const formerNames = {
  certificateArn: 'certificate',
  hostedZoneId: 'hostedZone.hostedZoneId',
  hostedZoneName: 'hostedZone.zoneName',
} as const

/** Settings by their former names. */
export interface FormerSettings extends Readonly<Partial<Record<keyof typeof formerNames, string>>> {
  /** One of the words; the ARN of a web ACL is `webAcl`. */
  readonly firewall?: string
}

/** Says how to make a deployment ready for this version, if a key in KMS signs for it or is kept. */
export const leaveKms =
  "with the version that deployed it, set `signer: 'secret'` and deploy, again when it says so (a day later), then upgrade"

/** Settings of versions that could sign in KMS: names that are refused with what to do. */
export const settingsOfKms: readonly string[] = ['signer', 'kmsKey', 'kmsKeysKept']

/** Returns what is allowed in place of a setting that this version no longer has; undefined for all others. */
export function allowedInsteadOf(name: string, value: unknown): string | undefined {
  if (!settingsOfKms.includes(name)) return undefined
  if (name === 'signer' && value === 'secret')
    return 'nothing: the key is always in the secret, so leave the setting out'
  return `nothing: KMS no longer signs; ${leaveKms}`
}

/** Returns a warning for each setting that is written as it was before. */
export function formerSettingsIn(input: object): readonly string[] {
  const { firewall, ...all } = input as FormerSettings
  const used = Object.entries(formerNames).filter(([name]) => all[name as keyof typeof formerNames] !== undefined)
  const withArn = firewall?.startsWith('arn:') === true ? [['firewall with an ARN', 'webAcl']] : []
  return [...used, ...withArn].map(([name, now]) => `${name} is now ${now}: the next release knows the new name only`)
}
