/**
 * Whether a `Host` header is the address 127.0.0.1, with any port. A page on a name that was rebound to this machine has
 * that name here.
 */
export function isLoopbackAddress(host: string | undefined): boolean {
  return /^127\.0\.0\.1(:\d{1,5})?$/.test(host ?? '')
}

/** Whether a `Host` header is 127.0.0.1 or localhost, which no DNS server decides (RFC 6761, section 6.3). */
export function isLoopbackHost(host: string | undefined): boolean {
  return isLoopbackAddress(host) || /^localhost(:\d{1,5})?$/.test(host ?? '')
}
