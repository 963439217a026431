import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Private key and self-signed certificate for 127.0.0.1, ::1 and localhost, both in PEM. */
export interface Certificate {
  readonly privateKey: string
  readonly certificate: string
  /** Path of the certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string
}

/**
 * Makes a certificate in `folder` that is valid for two days, for these `names` in openssl's spelling. Throws if openssl is not on
 * the PATH.
 */
export function makeCertificate(folder: string, names = 'IP:127.0.0.1,IP:::1,DNS:localhost'): Certificate {
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1'
  const files = ['-addext', `subjectAltName=${names}`, '-keyout', keyFile, '-out', certificateFile]
  execFileSync('openssl', [...request.split(' '), ...files], { stdio: 'ignore', timeout: 10_000 })
  const privateKey = readFileSync(keyFile, 'utf8')
  const certificate = readFileSync(certificateFile, 'utf8')
  return { privateKey, certificate, certificateFile }
}
