import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Fields } from '../shared/fields.ts'
import { listQuery } from '../shared/schemas/link-view.ts'
import type { ListQuery } from '../shared/schemas/types.ts'
import { fieldsOfQuery, reader } from './schema-reader.ts'

const readQuery = reader(listQuery)

/**
 * Reads the query of `GET /links`; every wrong parameter is named, and one that is given twice is wrong. What isn't said
 * is filled in. Whether a cursor is one of ours, and for these filters, is not known here.
 */
export function readListQuery({
  queryStringParameters,
  multiValueQueryStringParameters,
}: Pick<APIGatewayProxyEvent, 'queryStringParameters' | 'multiValueQueryStringParameters'>): Fields<ListQuery> {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value = '']) => [name, [value]] as const)
  return readQuery(fieldsOfQuery(multiValueQueryStringParameters ?? Object.fromEntries(single), listQuery))
}
