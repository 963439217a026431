import { expect, test } from 'vitest'
import { parseTime, rfc3339 } from '../../../shared/time.ts'
import { testApi } from '../../support/api/api.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const day = 24 * 3600
const at = (seconds: number) => rfc3339(secondsFromNoon(seconds))

const issue = (body: object, reminders = true) =>
  testApi({}, { reminders }).call('POST', '/links', { body: { key: 'f', expiresIn: 3 * day, ...body } })

test.each([
  ['a time', at(day), at(day)],
  ['day-before', 'day-before', at(2 * day)],
])('a link keeps and shows the time of its reminder, given as %s', async (_, remindAt, shown) => {
  const api = testApi({}, { reminders: true })
  const { status, body } = await api.call('POST', '/links', { body: { key: 'f', expiresIn: 3 * day, remindAt } })
  expect(status).toBe(201)
  expect((await api.call('GET', `/links/${body.id}`)).body).toMatchObject({ remindAt: shown })
})

test('another link in its place has its reminder as long after it was issued', async () => {
  const api = testApi({}, { reminders: true })
  const { body } = await api.call('POST', '/links', { body: { key: 'f', expiresIn: 3 * day, remindAt: 'day-before' } })
  const headers = { 'idempotency-key': 'again' }
  const { body: other } = await api.call('POST', `/links/${body.id}/replace`, { headers })
  const shown = (await api.call('GET', `/links/${other.id}`)).body
  expect(parseTime(String(shown.expiresAt))! - parseTime(String(shown.remindAt))!).toBe(day)
})

const inTime = `a time from ${at(60)} on, before the link ends at ${at(3 * day)}`

test.each([
  { body: { remindAt: at(59) }, allowed: inTime },
  { body: { remindAt: at(3 * day) }, allowed: inTime },
  {
    body: { remindAt: 'day-before', expiresIn: day },
    allowed: `with a link that lives longer than a day; this one ends at ${at(day)}`,
  },
])('a reminder that would come too late is refused: $body', async ({ body, allowed }) => {
  const refused = await issue(body)
  expect(refused.status).toBe(400)
  expect(refused.body.errors).toEqual([{ field: 'remindAt', got: `"${body.remindAt}"`, allowed }])
})

test('text that is no time is refused, and any reminder without the setting', async () => {
  expect((await issue({ remindAt: 'tomorrow' })).body.errors).toMatchObject([{ field: 'remindAt', got: '"tomorrow"' }])
  const allowed = 'no remindAt: this deployment has no reminders (`reminders`)'
  expect((await issue({ remindAt: at(day) }, false)).body.errors).toEqual([
    { field: 'remindAt', got: `"${at(day)}"`, allowed },
  ])
})
