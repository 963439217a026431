/** Bytes for which there is room at first; most bodies have fewer. */
const firstBytes = 16 * 1024

/**
 * Reads a body as UTF-8; one without content is empty. Rejects as soon as it has more than `maxBytes` bytes, and drops the
 * rest. It needs at most twice that memory, however small the pieces are in which the body arrives.
 */
export async function readText({ body }: Pick<Response, 'body'>, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  let bytes = new Uint8Array(Math.min(firstBytes, maxBytes))
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new TextDecoder().decode(bytes.subarray(0, length))
    if (length + value.length > maxBytes) {
      reader.cancel().catch(() => undefined)
      throw new Error(`the body of the response has more than ${maxBytes} bytes`)
    }
    if (length + value.length > bytes.length) bytes = enlarged(bytes, { least: length + value.length, most: maxBytes })
    bytes.set(value, length)
    length += value.length
  }
}

function enlarged(bytes: Uint8Array, { least, most }: { readonly least: number; readonly most: number }) {
  const larger = new Uint8Array(Math.max(least, Math.min(2 * bytes.length, most)))
  larger.set(bytes)
  return larger
}
