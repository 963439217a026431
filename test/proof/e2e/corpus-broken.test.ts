import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHandler } from '../../../edge/redeem/handler.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { type Shape, shapes } from '../../corpus/corpus.ts'
import { placeWith } from '../../corpus/place.ts'
import { tryShape } from '../../corpus/run.ts'

/** Makes an edge with these patches. */
async function brokenEdge(name: string, patches: readonly Patch[]): Promise<typeof createHandler> {
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const { href } = pathToFileURL(join(root, 'edge/redeem/handler.ts'))
  const broken = (await import(href)) as { createHandler: typeof createHandler }
  return broken.createHandler
}

/** Returns the names of shapes that use up a reader's link at this edge, or that the edge counts wrongly. */
async function troubleWith(make: typeof createHandler, issue: object, tried: readonly Shape[]): Promise<Set<string>> {
  const place = await placeWith(make)
  const trouble = new Set<string>()
  for (const shape of tried) {
    const { spent, served, unredeemed, sent } = await tryShape(shape, place, issue)
    const miscounted =
      unredeemed && (Object.keys(sent) as (keyof typeof sent)[]).some(kind => unredeemed[kind] !== sent[kind])
    if (spent || !served || miscounted) trouble.add(shape.name)
  }
  return trouble
}

const confirm = { key: 'f', confirm: true }
const direct = { key: 'f' }
const announcing = shapes.filter(({ announces }) => announces)

test('the edge that ships has no such shape', async () => {
  expect(await troubleWith(createHandler, confirm, shapes)).toEqual(new Set())
  expect(await troubleWith(createHandler, direct, announcing)).toEqual(new Set())
})

describe('with links that require a confirmation, the corpus finds an edge', () => {
  const confirmation = (find: string, replace: string): Patch => ({
    file: 'edge/redeem/confirmation.ts',
    find,
    replace,
  })
  const parse = (find: string, replace: string): Patch => ({ file: 'edge/redeem/viewer-request.ts', find, replace })

  test.each<[string, Patch, readonly string[]]>([
    [
      'that accepts any POST as a confirmation',
      confirmation(`if (method !== 'POST' ||`, `if (method === 'POST') return true; if (`),
      ['POST by a program', 'the form, without the cookie', 'Chrome whose script sends the form'],
    ],
    [
      'whose GET uses the link',
      { file: 'edge/redeem/redeemer.ts', find: 'flags.confirm || isPost', replace: 'isPost' },
      ['Microsoft Safe Links asks like a browser', 'an app previews what is shared on Android'],
    ],
    [
      'whose form may be sent with GET',
      confirmation(`method !== 'POST' || `, ''),
      ['the address of the form, with GET'],
    ],
    [
      'whose form works in every browser',
      confirmation(`['confirmation', clientId, time]`, `['confirmation', time]`),
      ['the form of one browser, sent by another'],
    ],
    [
      'whose form works immediately',
      confirmation('ageMs >= minPageAgeMs', 'ageMs >= 0'),
      ['the form at once, with the cookie', 'the form after 0.9 seconds, with the cookie'],
    ],
    ['whose form works for ever', confirmation('ageMs <= maxPageAgeMs', 'true'), ['the form more than an hour later']],
    [
      'that does not check who sends the form',
      confirmation(`formToken === undefined || formSender === 'program'`, 'formToken === undefined'),
      ['Firefox whose script sends the form', 'Safari whose script fetches what the form would'],
    ],
    [
      'that does not check whether a person started it',
      parse(`? 'program' : 'unknown'`, `? 'unknown' : 'unknown'`),
      ['Chrome whose script sends the form', 'Firefox whose script sends the form'],
    ],
    [
      'that does not check which site sends the form',
      parse(`site !== 'same-origin'`, 'false'),
      ['the form, from another site that hides itself'],
    ],
    [
      'that does not check which origin sends the form',
      parse('crossOrigin: !mayOpen && isCrossOrigin(headers, site, host)', 'crossOrigin: false'),
      ['the form, from another site'],
    ],
    [
      'that does not check how the form is sent',
      parse(`mode !== 'navigate'`, 'false'),
      ['Safari whose script fetches what the form would'],
    ],
    [
      'that takes robots for people',
      { file: 'edge/redeem/robots.ts', find: 'return robot.test(userAgent)', replace: 'return false' },
      ['the form, by a robot that says so'],
    ],
    [
      'that does not count unredeemed requests',
      {
        file: 'edge/redeem/unredeemed.ts',
        find: 'if (!checked.claims.flags.receipt) return',
        replace: 'if (true) return',
      },
      ['Slack expands the link', 'curl looks at the headers'],
    ],
  ])('%s', async (name, patch, noticed) => {
    const trouble = await troubleWith(await brokenEdge(name, [patch]), confirm, shapes)
    expect([...trouble]).toEqual(expect.arrayContaining([...noticed]))
  })
})

describe('with links without a confirmation, the corpus finds an edge', () => {
  test('whose list of robots is empty: all shapes but prefetches use the link', async () => {
    const patch = {
      file: 'edge/redeem/robots.ts',
      find: 'return robot.test(userAgent)',
      replace: 'return false',
    }
    const trouble = await troubleWith(await brokenEdge('knows no robots', [patch]), direct, announcing)
    const byUserAgent = announcing.filter(
      ({ family, name }) => family !== 'prefetch' && name !== 'The Lounge, by header',
    )
    expect(trouble).toEqual(new Set(byUserAgent.map(({ name }) => name)))
  })

  test('that does not detect prefetches: all of them use the link', async () => {
    const patch = {
      file: 'edge/redeem/viewer-request.ts',
      find: '/prefetch|prerender|preview/i.test(value)',
      replace: 'value === ""',
    }
    const trouble = await troubleWith(await brokenEdge('sees no prefetch', [patch]), direct, announcing)
    // One is by a script of another origin's page, which is refused without the header, too.
    const byHeader = announcing.filter(
      ({ family, name }) =>
        (family === 'prefetch' && !name.startsWith('a script preloads')) || name === 'The Lounge, by header',
    )
    expect(trouble).toEqual(new Set(byHeader.map(({ name }) => name)))
  })
})
