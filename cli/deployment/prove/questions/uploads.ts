import { createHash } from 'node:crypto'
import { newKey } from '../../../../client/arguments.ts'
import type { Fetch } from '../../../../client/client.ts'
import { transportOf } from '../../../../client/options.ts'
import { parseJsonObject } from '../../../../client/problem.ts'
import { receivingWith } from '../../../../client/received.ts'
import { areSignedParts, isIssuedLink, isUploadEnd, isUploadState } from '../../../../client/shapes.ts'
import { partChecksumHeader } from '../../../../shared/schemas/upload.ts'
import type { SignedParts } from '../../../../shared/schemas/types.ts'
import { type Answer, no, notTried, type ProveContext, type Question, yes } from '../question.ts'

/** The part of an upload that never becomes a file. */
const content = new TextEncoder().encode('A part of once prove.')

/** Where to send a part. */
type Place = SignedParts['parts'][number]

/** Begins an upload, has its only part signed, and ends the upload after `use`. */
async function withPart({ links }: ProveContext, use: (place: Place) => Promise<Answer>): Promise<Answer> {
  if (links.missing !== undefined) return notTried(links.missing)
  const bytes = content.length
  const body = { key: 'once/prove-part.txt', replace: true, bytes }
  const begin = { method: 'POST', path: '/uploads', body, idempotencyKey: newKey(), isExpected: isUploadState } as const
  const { id } = await links.send(begin)
  try {
    const part = { number: 1, bytes, sha256: createHash('sha256').update(content).digest('base64') }
    const path = `/uploads/${id}/parts` as const
    const sign = { method: 'POST', path, body: { parts: [part] }, isExpected: areSignedParts([1]) } as const
    const [place] = (await links.send(sign)).parts
    if (place === undefined) throw new Error('the api signed no part')
    return await use(place)
  } finally {
    // Otherwise it ends within a day.
    await links.send({ method: 'DELETE', path: `/uploads/${id}`, isExpected: isUploadEnd }).catch(() => undefined)
  }
}

/** S3 takes the part that was signed, and no other: the bound on an issuer's bytes, and the check of a file, rest on it. */
export const uploadChecksum: Question = {
  id: 'upload-checksum',
  asks: 'S3 refuses a part of an upload with another byte, or of another length, than was signed',
  source: 'S3, "Checking object integrity" and "Signature Version 4 signing": no page says it of presigned parts',
  isRelied: () => true,
  answer: async context =>
    withPart(context, async ({ url, headers }) => {
      const put = async (body: Uint8Array<ArrayBuffer>) => context.links.request(url, { method: 'PUT', headers, body })
      const other = content.map((byte, index) => (index === 0 ? byte ^ 1 : byte))
      const refused = [await put(other), await put(new Uint8Array([...content, 0]))].map(({ status }) => status)
      const taken = await put(content)
      if (taken.status !== 200) throw new Error(`S3 returned ${taken.status} to the part that was signed`)
      const found = `another byte ${refused[0]}, another length ${refused[1]}, the part itself 200`
      return refused.every(status => status === 400 || status === 403)
        ? yes(found)
        : no(
            found,
            'give no issuer the verb upload: who may upload could send more bytes than counted (docs/access.md)',
          )
    }),
}

/** Browsers send parts from a page: S3 allows it before. */
export const uploadCors: Question = {
  id: 'upload-cors',
  asks: 'a page may send a part of an upload to S3, with its checksum',
  source: 'S3, "Using cross-origin resource sharing (CORS)"; Fetch, "CORS-preflight fetch"',
  isRelied: ({ sendPage }) => sendPage !== undefined,
  answer: async context =>
    withPart(context, async ({ url }) => {
      const wanted = { origin: 'https://once.example', methods: 'PUT', headers: partChecksumHeader }
      const { origin, methods, headers } = wanted
      const asked = { 'access-control-request-method': methods, 'access-control-request-headers': headers }
      const answer = await context.links.request(url, { method: 'OPTIONS', headers: { origin, ...asked } })
      const allowed = Object.keys(wanted).map(name => answer.header(`access-control-allow-${name}`) ?? 'none')
      const found = `the preflight returned ${answer.status}, and allows: ${allowed.join('; ')}`
      const isAllowed = Object.values(wanted).every((each, index) => {
        const names = (allowed[index] ?? '').toLowerCase().split(/, */)
        return names.includes('*') || names.includes(each.toLowerCase())
      })
      return answer.status === 200 && isAllowed
        ? yes(found)
        : no(found, 'upload with once issue FILE, which is no page')
    }),
}

/** Longest upload of the file of `uploadLink`, in milliseconds: its parts are sent again and again. */
const sendMs = 120_000

/** A link takes a file from whoever opens it: the page is of one origin, and S3 of another. */
export const uploadLink: Question = {
  id: 'upload-link',
  asks: 'a link takes a file from a browser, whose page may read what S3 responds',
  source: 'S3, "Conditional writes": no page says it of uploads in parts with a checksum of the whole; decision 67',
  isRelied: ({ uploadLinks }) => uploadLinks,
  async answer({ settings, links, ports, signal }) {
    if (!settings.uploadLinks) return notTried('no link takes a file (uploadLinks: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const body = { upload: { maxBytes: content.length } }
    const issue = { method: 'POST', path: '/links', body, idempotencyKey: newKey(), isExpected: isIssuedLink } as const
    const asked = { accept: 'application/json', 'idempotency-key': newKey() }
    const { redirect } = await links.redirect((await links.send(issue)).url, { method: 'POST', headers: asked })
    const { url, token } = parseJsonObject(redirect.text)
    if (typeof url !== 'string' || typeof token !== 'string') throw new Error(`the link returned ${redirect.status}`)
    const { origin } = new URL(url)
    const unreadable = new Set<string>()
    const browser: Fetch = async (to, init) => {
      const headers = { ...Object.fromEntries(new Headers(init.headers)), origin }
      const sent = typeof init.body === 'string' ? new TextEncoder().encode(init.body) : (init.body ?? null)
      const response = await ports.http.fetch(to, { ...init, headers, body: sent })
      const allowed = response.headers.get('access-control-allow-origin') ?? 'none'
      if (new URL(to).origin !== origin && !['*', origin].includes(allowed)) unreadable.add(allowed)
      return response
    }
    const receiving = receivingWith(
      token,
      transportOf({ origin: new URL('.', url).href, fetch: browser, put: browser }),
    )
    const file = new File([content], 'prove.txt', { type: 'text/plain' })
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(sendMs)])
    const { received } = await receiving.send(file, { signal: inTime, onProgress: () => undefined })
    const found = `${received?.bytes ?? 0} of ${file.size} bytes arrived; S3 allowed an origin of ${[...unreadable].join() || 'the page'}`
    return received?.bytes === file.size && unreadable.size === 0 ? yes(found) : no(found, 'uploadLinks: false')
  },
}
