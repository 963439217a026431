import { randomUUID } from 'node:crypto'
import { type Life, report, target } from './deployed.ts'

/** A client that opens links with receipts. */
export const client = { 'idempotency-key': 'a client' }

/** Issues links of every kind in a deployment of profile `standard`, uses some of them, and revokes one. */
export async function linksOfEachKind({ issue, visit, api }: Life) {
  const [idempotencyKey, reference] = [randomUUID(), `order ${randomUUID()}`]
  /** Sends the same request again, with the same `Idempotency-Key`. */
  const repeat = () => api.issue({ key: report.key, expiresIn: 3600 }, { idempotencyKey })
  const live = [await issue({ homeRegion: 'us-east-1' }), await issue({ homeRegion: 'us-east-2' })]
  // On a slow machine the upgrade outlasts a URL of the default life.
  const used = await issue({ urlSeconds: 900 })
  const signedUrl = target(await visit(used.url), used.url)
  const usedWithReceipt = await issue({ receipt: true, urlSeconds: 900 })
  await visit(usedWithReceipt.url, { headers: client })
  const revoked = await issue()
  await api.revoke(revoked.id)
  return {
    live,
    used,
    signedUrl,
    usedWithReceipt,
    revoked,
    receipt: await issue({ receipt: true, reference }),
    confirmed: await issue({ confirm: true }),
    toRevoke: await issue(),
    repeated: await repeat(),
    repeat,
    reference,
  }
}
