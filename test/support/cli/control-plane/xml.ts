import type { AwsError } from './account.ts'

/** A value as XML: fields are elements, and a list is as many elements of its field's name. */
export function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => (Array.isArray(each) ? each.map(one => element(name, one)).join('') : element(name, each)))
    .join('')
}

/** A CloudFront list: how many, and each under a name. */
export function counted(name: string, items: readonly unknown[], more: object = {}): object {
  return { ...more, Quantity: items.length, ...(items.length === 0 ? {} : { Items: { [name]: items } }) }
}

/** How services that speak XML say no. */
export function xmlRefusal({ code, message }: AwsError): string {
  return xml({ ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: 'R' } })
}

function element(name: string, value: unknown): string {
  return `<${name}>${xml(value)}</${name}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
