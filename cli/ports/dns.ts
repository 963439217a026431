/** The domain name system. */
export interface Dns {
  /** Returns the kinds of addresses of a host, none if it has no record. Rejects if DNS doesn't respond. */
  addresses(host: string): Promise<Addresses>
}

/** Whether a host has addresses of each kind: records A and AAAA, of its own or by an alias. */
export interface Addresses {
  readonly ipv4: boolean
  readonly ipv6: boolean
}
