import { objectOf, timeField } from '../schema-fields.ts'

/** States of a delivery, as the API shows them. */
const deliveryStates = ['none', 'started', 'partial', 'complete', 'unknown'] as const

/** How far a link's file was delivered, as CloudFront's access log says. */
export const delivery = objectOf({
  title: 'Delivery',
  description:
    'How far CloudFront has delivered the file, from its access log: mostly within an hour, some records up to a day late. Only with the setting `deliveryProof`, of links to one file, and only of `GET /links/{id}`.',
  required: ['state', 'bytes', 'summary'],
  properties: {
    state: {
      type: 'string',
      enum: deliveryStates,
      description:
        '`none`: no record so far; `started`: no byte is certain; `partial`: some bytes; `complete`: all bytes were written; `unknown`: the table did not respond.',
    },
    bytes: {
      type: 'integer',
      minimum: 0,
      description: 'Different bytes of the file that CloudFront has written, at least.',
    },
    size: { type: 'integer', minimum: 0, description: 'Size of the file in bytes; absent if it is not known.' },
    firstAt: { ...timeField, description: 'When the first response ended.' },
    lastAt: { ...timeField, description: 'When the last response ended.' },
    summary: { type: 'string', description: 'The same in words, for people.' },
  },
})
