import type { Fields } from '../shared/fields.ts'
import { batchRequest } from '../shared/schemas/batch.ts'
import { reader } from './schema-reader.ts'

const { links } = batchRequest.properties

/** What is around the links of a batch: each is read on its own, so that one that is wrong spoils no other. */
const readEnvelope = reader({ ...batchRequest, properties: { links: { ...links, items: {} } } } as const)

/** Reads the body of `POST /links/batch`: 1 to 100 bodies of `POST /links` that nobody has looked at yet. */
export function readBatch(body: unknown): Fields<readonly unknown[]> {
  const read = readEnvelope(body)
  return read.ok ? { ok: true, value: read.value.links } : read
}
