import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { missingPython } from '../../support/machine/python.ts'
import { allRight, askPython } from './ask-python.ts'

/** One vector, the name of its file, and the secret of all: what vectors.py reads. */
interface Line {
  readonly file: string
  readonly secret: unknown
  readonly vector: Readonly<Record<string, unknown>>
}

const parsed = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'))
const secret = parsed('secret')
const lines = ['nonces', 'signed-urls', 'events'].flatMap(file =>
  (parsed(file) as Line['vector'][]).map((vector): Line => ({ file, secret, vector })),
)

/** Returns the first vector of a file with one field changed. */
function changed(file: string, field: string, change: (text: string) => unknown): Line {
  const { vector } = lines.find(line => line.file === file)!
  return { file, secret, vector: { ...vector, [field]: change(JSON.stringify(vector[field])) } }
}

describe.skipIf(missingPython !== undefined)('Python, by the documentation alone,', () => {
  test('makes the nonces, verifies the signed URLs and reads the events of all vectors', async () => {
    expect(await askPython('vectors.py', lines)).toEqual(allRight(lines))
  })

  test('notices each change of a vector', async () => {
    const parse = (find: RegExp | string, replace: string) => (text: string) =>
      JSON.parse(text.replace(find, replace)) as unknown
    const wrong = [
      changed('nonces', 'nonce', parse('"E', '"F')),
      changed('nonces', 'keySlot', parse('1', '2')),
      changed('nonces', 'claims', parse('"receipt":false', '"receipt":true')),
      changed('nonces', 'claims', parse(/"expiresAt":\d/, '"expiresAt":2')),
      changed('nonces', 'random', parse('"0', '"1')),
      changed('nonces', 'linkId', parse(/"./, '"_')),
      changed('signed-urls', 'policy', parse('203.0.113.7', '203.0.113.8')),
      changed('signed-urls', 'url', parse('report.pdf', 'other.pdf')),
      changed('signed-urls', 'url', parse(/Signature=M/, 'Signature=N')),
      changed('events', 'request', parse('GET', 'HEAD')),
      changed('events', 'request', parse(/"nonce":"../, '"nonce":"Eh')),
      changed('events', 'request', parse('4cb007107', '4cb007108')),
    ]
    expect(await askPython('vectors.py', wrong)).toMatchObject({ checked: wrong.length, wrong: wrong.length })
  })
})
