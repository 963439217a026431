/** Reads a source to its end. Rejects as soon as it has more than `maxBytes` bytes, and ends the source. */
export async function readAtMost(maxBytes: number, source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  // Copied, because each of many small chunks would keep the whole buffer that it came in.
  const bytes = Buffer.alloc(maxBytes)
  let length = 0
  for await (const chunk of source) {
    if (length + chunk.length > maxBytes) throw new Error(`got more than ${maxBytes} bytes`)
    bytes.set(chunk, length)
    length += chunk.length
  }
  return bytes.subarray(0, length)
}
