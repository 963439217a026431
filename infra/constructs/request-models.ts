import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'

const object = { schema: JsonSchemaVersion.DRAFT4, type: JsonSchemaType.OBJECT, additionalProperties: false } as const
const text = { type: JsonSchemaType.STRING }
const number = { type: JsonSchemaType.INTEGER }
const flag = { type: JsonSchemaType.BOOLEAN }

/**
 * The shape of `POST /links` as API Gateway checks it, so that what can't be right costs no function. Names and types
 * alone: what is allowed in a field is said by the function, which names it and what it got.
 */
export const linkModel: JsonSchema = {
  ...object,
  title: 'Link',
  required: ['key'],
  properties: {
    key: text,
    expiresIn: number,
    expiresAt: text,
    notBefore: text,
    urlSeconds: number,
    bind: text,
    network: text,
    filename: text,
    homeRegion: text,
    reference: text,
    confirm: flag,
    receipt: flag,
    media: flag,
  },
}

/** The shape of `POST /exchange`. */
export const exchangeModel: JsonSchema = {
  ...object,
  title: 'Exchange',
  required: ['nonce'],
  properties: { nonce: text },
}
