import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signedHeaders } from '../../../jobs/webhooks/notify.ts'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../../shared/time.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'
import { bytesOf, redeemedEvent, testWebhookSecret } from '../../support/webhooks/events.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/webhooks.md'), 'utf8')
const body = redeemedEvent()

/** A request as the deployment signs it, with changes. */
function signed({ ago = 0, secret = testWebhookSecret } = {}) {
  const timestamp = (secondsOf(Date.now() as EpochMs) - ago) as EpochSeconds
  return signedHeaders({ id: 'event-1', timestamp, body }, [bytesOf(secret)])
}

const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** Requests, and whether a receiver must accept them. */
const requests = [
  { headers: signed(), body, isRight: true },
  { headers: signed(), body: `${body} `, isRight: false },
  { headers: signed({ ago: 400 }), body, isRight: false },
  { headers: signed({ secret: other }), body, isRight: false },
  { headers: { ...signed(), 'webhook-signature': `v1,x ${signed()['webhook-signature']}` }, body, isRight: true },
]

/** Returns the only block of the page in a language. */
function blockIn(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))]
  expect(blocks).toHaveLength(1)
  return blocks[0]?.[1] ?? ''
}

describe('docs/webhooks.md verifies webhooks', () => {
  test.skipIf(missingPython !== undefined)('in Python', () => {
    const program = `${blockIn('python')}
import json, sys
for each in json.loads(sys.argv[1]):
    try:
        verify(each["secret"], each["headers"], each["body"].encode())
        print(True)
    except ValueError:
        print(False)
`
    const input = JSON.stringify(requests.map(each => ({ ...each, secret: testWebhookSecret })))
    const lines = runPython(['-c', program, input], 30).trim().split('\n')
    expect(lines).toEqual(requests.map(({ isRight }) => (isRight ? 'True' : 'False')))
  })
})

test('the secret that docs/webhooks.md makes has the form that the function wants', () => {
  const [, command = ''] = /--secret-string "whsec_\$\((openssl rand -base64 32)\)"/.exec(page) ?? []
  const [program = '', ...args] = command.split(' ')
  const key = Buffer.from(execFileSync(program, args, { encoding: 'utf8', timeout: 10_000 }), 'base64')
  expect(key).toHaveLength(32)
})
