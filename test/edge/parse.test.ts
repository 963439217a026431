import { readFileSync } from 'node:fs'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { parse } from '../../edge/parse.ts'

const vectors = JSON.parse(readFileSync(new URL('../vectors/events.json', import.meta.url), 'utf8')) as {
  event: CloudFrontRequestEvent
  opening: object
}[]

test.each(vectors.map((vector, index) => [index, vector] as const))(
  'committed event %d is read as before',
  (_, vector) => {
    expect(JSON.parse(JSON.stringify(parse(vector.event)))).toEqual(vector.opening)
  },
)
