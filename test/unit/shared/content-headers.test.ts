import { expect, test } from 'vitest'
import { removedContentHeaders } from '../../../shared/http.ts'

/** What a response headers policy can't remove (CloudFront, "Remove headers", read in 2026-11). */
const unremovable =
  /^(connection|content-encoding|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|warning|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/

test('CloudFront can remove every header of the list, and no more than ten', () => {
  expect(removedContentHeaders.filter(name => unremovable.test(name) || name !== name.toLowerCase())).toEqual([])
  expect(new Set(removedContentHeaders).size).toBe(removedContentHeaders.length)
  expect(removedContentHeaders.length).toBeLessThanOrEqual(10)
})
