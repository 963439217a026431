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

/** Returns a warning for each setting that is written as it was before. */
export function formerSettingsIn(input: object): readonly string[] {
  const { firewall, ...all } = input as FormerSettings
  const used = Object.entries(formerNames).filter(([name]) => all[name as keyof typeof formerNames] !== undefined)
  const withArn = firewall?.startsWith('arn:') === true ? [['firewall with an ARN', 'webAcl']] : []
  return [...used, ...withArn].map(([name, now]) => `${name} is now ${now}: the next release knows the new name only`)
}
