import { AwsClient } from 'aws4fetch'

/**
 * A plain program that issues links: it posts batches with `fetch`, signed by a library, and prints the links. Arguments: the
 * API's origin, the number of links in a batch, and the keys.
 */
const [, , origin = '', size = '', ...keys] = process.argv
const client = new AwsClient({
  accessKeyId: 'AKID',
  secretAccessKey: 'secret',
  region: 'us-east-1',
  service: 'execute-api',
})

for (let start = 0; start < keys.length; start += Number(size)) {
  const links = keys.slice(start, start + Number(size)).map(key => ({ key }))
  const response = await client.fetch(`${origin}/links/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ links }),
  })
  const { results } = (await response.json()) as { results: { link: { url: string } }[] }
  for (const { link } of results) console.log(link.url)
}
