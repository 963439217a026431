import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventParser } from '../../../console/protocol.ts'

const stream = `retry: 500\nevent: begin\ndata: {"run":"r","now":1}\n\nid: r:1\ndata: {"text":"a: b"}\n\nid: r:2\ndata: {}\n\n`
const events = [
  { event: 'begin', id: '', data: '{"run":"r","now":1}' },
  { event: 'message', id: 'r:1', data: '{"text":"a: b"}' },
  { event: 'message', id: 'r:2', data: '{}' },
]

test('the console reads the same events, wherever the network cuts their stream', () => {
  const cuts = fc.array(fc.nat(stream.length), { maxLength: 20 })
  fc.assert(
    fc.property(cuts, places => {
      const parse = createEventParser()
      const edges = [0, ...places.toSorted((a, b) => a - b), stream.length]
      const pieces = edges.slice(1).map((end, at) => stream.slice(edges[at], end))
      expect(pieces.flatMap(parse)).toEqual(events)
    }),
  )
})

test('an event that is not complete is not read', () => {
  expect(createEventParser()(stream.slice(0, -1))).toEqual(events.slice(0, 2))
})
