import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from '../../../emulator/certificate.ts'

/** openssl's configuration: extensions by certificate. */
const configuration = (name: string) => `[req]
distinguished_name = none
[none]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:${name}
`

/**
 * Makes a chain as AWS's endpoints have it, in `folder`, valid for two days: a root to trust, an intermediate, and a leaf
 * for `name`, all RSA-2048. The server sends leaf and intermediate. Throws if openssl 3 is not on the PATH.
 */
export function makeCertificateChain(folder: string, name: string): Certificate {
  const file = (what: string) => join(folder, `chain-${what}`)
  writeFileSync(file('openssl.cnf'), configuration(name))
  function make(what: string, issuer?: string): void {
    const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -sha256 -subj /CN=${what} -extensions ${what}`
    const files = ['-config', file('openssl.cnf'), '-keyout', file(`${what}.key`), '-out', file(`${what}.pem`)]
    const signer = issuer === undefined ? [] : ['-CA', file(`${issuer}.pem`), '-CAkey', file(`${issuer}.key`)]
    execFileSync('openssl', [...request.split(' '), ...files, ...signer], { stdio: 'ignore', timeout: 30_000 })
  }
  make('root')
  make('intermediate', 'root')
  make('leaf', 'intermediate')
  const leaf = readFileSync(file('leaf.pem'), 'utf8')
  const intermediate = readFileSync(file('intermediate.pem'), 'utf8')
  const privateKey = readFileSync(file('leaf.key'), 'utf8')
  return { privateKey, certificate: leaf + intermediate, certificateFile: file('root.pem') }
}
