import type { AwsError } from './account.ts'

/** Encodes a value as XML: each field is an element, and each item of a list an element with the name of the field. */
export function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escape(String(value))
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => (Array.isArray(each) ? each.map(one => element(name, one)).join('') : element(name, each)))
    .join('')
}

/** Returns a list in CloudFront's form: its quantity, and its items under a name. */
export function xmlList(name: string, items: readonly unknown[], more: object = {}): object {
  return { ...more, Quantity: items.length, ...(items.length === 0 ? {} : { Items: { [name]: items } }) }
}

/** Encodes an error response as XML. */
export function xmlError({ code, message }: AwsError): string {
  return xml({ ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: 'R' } })
}

function element(name: string, value: unknown): string {
  return `<${name}>${xml(value)}</${name}>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
