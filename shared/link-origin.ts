/** Parses the origin of links: HTTPS and a host, or a port of this machine. Returns undefined for anything else. */
export function parseLinkOrigin(text: string): string | undefined {
  const loopback = /^https?:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/
  const secure = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+$/
  return loopback.test(text) || secure.test(text) ? text : undefined
}
