import { existsSync } from 'node:fs'

/** Returns why this machine can't start swift; undefined if it can. */
export function missingForSwift(): string | undefined {
  const servers = ['proxy', 'account', 'container', 'object'].map(name => `/usr/bin/swift-${name}-server`)
  if (servers.every(file => existsSync(file))) return undefined
  return 'swift is not installed (Debian: swift-proxy swift-account swift-container swift-object libisal2)'
}
