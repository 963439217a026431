import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { assert, describe, expect, test } from 'vitest'
import { fields as settings } from '../../infra/settings/settings.ts'
import { linkEventOf } from '../../jobs/events/link-event.ts'
import { webhookOf } from '../../jobs/webhooks/notify.ts'
import { itemOfDelivery } from '../../shared/delivery/item.ts'
import { deliveryLogFields } from '../../shared/delivery/facts.ts'
import { parseLinkId } from '../../shared/link.ts'
import { receiptFields, unredeemedAttributes } from '../../shared/table/link-item.ts'
import { optionNames, options } from '../../shared/options/options.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { issueLink } from '../../shared/schemas/issue-link.ts'
import { receivedKey } from '../../shared/received.ts'
import { usedLink } from '../support/api/received.ts'
import { receivedOf } from '../support/events/received.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const page = read('docs/privacy.md')

/** A row of a table of the page: what its first and its last cell have in backticks. */
interface Row {
  readonly text: string
  readonly names: readonly string[]
  readonly evidence: readonly string[]
}

const inBackticks = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

function rowsOf(section: string): readonly Row[] {
  return [...section.matchAll(/^\|(?! -)(.+)\|$/gm)]
    .map(([text, row = '']) => ({ text, cells: row.split('|') }))
    .filter(({ cells }) => cells.at(-1)?.trim() !== 'tests and settings')
    .map(({ text, cells }) => ({ text, names: inBackticks(cells[0] ?? ''), evidence: inBackticks(cells.at(-1) ?? '') }))
}

/** Returns the names that the tables of a section explain. */
function explained(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  return rowsOf(section.split('\n## ')[0] ?? '').flatMap(({ names }) => names)
}

/** Returns the members of an interface with the text of their types. */
function membersOf(file: string, name: string): ReadonlyMap<string, string> {
  const source = read(file)
  const members = new Map<string, string>()
  new Visitor({
    TSInterfaceDeclaration(node) {
      if (node.id.name !== name) return
      for (const member of node.body.body) {
        if (member.type !== 'TSPropertySignature' || member.key.type !== 'Identifier') continue
        const type = member.typeAnnotation?.typeAnnotation
        members.set(member.key.name, type === undefined ? '' : source.slice(type.start, type.end))
      }
    },
  }).visit(parseSync(file, source).program)
  expect(members.size, `${name} in ${file}`).toBeGreaterThan(0)
  return members
}

const linkMembers = membersOf('shared/link.ts', 'Link')

function valueOf(name: string, type: string) {
  if (type === 'readonly Receipt[]') return { M: { [name]: { M: { redeemedAt: { N: '1800000000' } } } } }
  return /^(number|EpochSeconds)$/.test(type) ? { N: '1800000000' } : { S: name }
}

/** An item that has every attribute of a used link with a receipt. */
function completeItem(state: string) {
  const members = [
    ...linkMembers,
    ...membersOf('shared/link.ts', 'Receipt'),
    ...membersOf('shared/link.ts', 'ReceiptDraft'),
  ]
  const item = Object.fromEntries(
    members
      .filter(([name]) => name !== 'receipt' && name !== 'unredeemed')
      .map(([name, type]) => [name, valueOf(name, type)]),
  )
  return { ...item, state: { S: state } }
}

function fieldsOfEvents(): readonly string[] {
  const event = linkEventOf(
    {
      eventID: 'id',
      dynamodb: {
        ApproximateCreationDateTime: 1_800_000_000,
        OldImage: { ...completeItem('live'), uses: { M: {} } },
        NewImage: completeItem('used'),
      },
    },
    { deployment: 'once', mode: 'strong', here: 'us-east-1' },
  )
  return Object.keys(event?.detail ?? {})
}

function fieldsOfDelivered(): readonly string[] {
  const detail = membersOf('jobs/deliveries/ports.ts', 'DeliveredEvent').get('detail') ?? ''
  const [, names = ''] = /LinkNames = Pick<Link, (.*)>/.exec(read('jobs/deliveries/ports.ts')) ?? []
  return [...detail.matchAll(/readonly (\w+)/g), ...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name)
}

const taken = usedLink()
const file = { key: receivedKey(taken.link, taken.right), bytes: 1, at: '2026-11-24T12:00:00Z' }
const received = await receivedOf(taken.link, file)
const fieldsOfAllEvents = [
  ...fieldsOfEvents(),
  ...fieldsOfDelivered(),
  ...received.flatMap(({ detail }) => Object.keys(detail)),
]

/** Returns the fields of the webhook of an event that has every field that some event has. */
function fieldsOfWebhooks(): readonly string[] {
  const detail = Object.fromEntries(fieldsOfAllEvents.map(name => [name, name]))
  const webhook = webhookOf(JSON.stringify({ source: 'once-at-edge', 'detail-type': 'Link redeemed', detail }))
  const { data, ...rest } = JSON.parse(webhook?.body ?? '{}') as { readonly data: object }
  return [...Object.keys(rest), ...Object.keys(data)]
}

function attributesOfDeliveries(): readonly string[] {
  const at = 1_800_000_000 as EpochSeconds
  const id = parseLinkId('q7pTEDdbZ3y1DvHvGTzYxA')
  assert(id)
  const facts = { id, written: [], perhaps: [], size: 1, whole: 1, firstAt: at, lastAt: at }
  expect([...membersOf('shared/delivery/facts.ts', 'DeliveryFacts').keys()]).toEqual(Object.keys(facts))
  return Object.keys(itemOfDelivery({ facts, announced: false, version: 1 }, at))
}

/** Returns the names of attributes in the writes of an adapter, from its source. */
function writtenAttributes(file: string): readonly string[] {
  const source = read(file)
  const items = [...source.matchAll(/(\w+): \{ [SN]: /g)].map(([, name = '']) => name)
  const updates = [...source.matchAll(/UpdateExpression:\s+'(.*)'/g)].flatMap(([, text = '']) =>
    [...text.matchAll(/(?<=SET |, |ADD )#?(\w+)/g)].map(([, name = '']) => name),
  )
  return [...items, ...updates]
}

/** Returns the fields of CloudFront's access log. Read as text: a unit test imports no CDK. */
function fieldsOfAccessLog(): readonly string[] {
  const [, list = ''] =
    /loggedFields: readonly string\[\] = \[([^\]]*)\]/.exec(read('infra/resources/access-logs.ts')) ?? []
  return [...list.matchAll(/'([^']*)'/g)].flatMap(([, line = '']) => line.split(' '))
}

const functions = globSync('{*,jobs/*,api/*}/ports.ts', { cwd: root }).filter(file =>
  read(file).includes('interface LogLine'),
)

const documented: Readonly<Record<string, () => readonly string[]>> = {
  'The table of links': () => [
    ...[...linkMembers.keys()].filter(name => name !== 'receipt' && name !== 'unredeemed'),
    ...optionNames.filter(name => options[name].words.privacy && options[name].store === undefined),
    ...receiptFields,
    ...Object.values(unredeemedAttributes),
  ],
  'The table of the API': () => [
    ...membersOf('api/ports.ts', 'IdempotencyRecord').keys(),
    ...writtenAttributes('api/adapters/dynamodb-api-state.ts'),
    ...writtenAttributes('api/adapters/dynamodb-received.ts'),
  ],
  'The table of deliveries': attributesOfDeliveries,
  'Log lines': () => functions.flatMap(file => [...membersOf(file, 'LogLine').keys()]),
  'Access logs': () => [
    ...fieldsOfAccessLog(),
    ...deliveryLogFields,
    ...[...read('infra/resources/api-logs.ts').matchAll(/^ {2}(\w+): .*'\$context\./gm)].map(([, name = '']) => name),
  ],
  'Events of links': () => fieldsOfAllEvents,
  Webhooks: fieldsOfWebhooks,
  Audit: () => [...membersOf('api/audit.ts', 'AuditEvent').keys(), 'settings', 'issuers'],
}

describe('docs/privacy.md', () => {
  test.each(Object.entries(documented))('has a row for each attribute, and no other: %s', (heading, names) => {
    const expected = [...new Set(names())].toSorted()
    expect(expected.length).toBeGreaterThan(3)
    expect([...new Set(explained(heading))].toSorted()).toEqual(expected)
  })

  test('each of its rows names tests, settings or fields of a link that exist, and nothing else', () => {
    const rows = rowsOf(page)
    expect(rows.length).toBeGreaterThan(90)
    const known = new Set([...Object.keys(settings), ...Object.keys(issueLink.properties)])
    for (const { text, evidence } of rows) {
      expect(evidence, text).not.toEqual([])
      const missing = evidence.filter(
        name => !known.has(name) && !(name.endsWith('.test.ts') && existsSync(join(root, name))),
      )
      expect(missing, text).toEqual([])
    }
  })

  test('knows the log lines of every function that has some', () => {
    expect(functions.length).toBeGreaterThanOrEqual(7)
  })
})
