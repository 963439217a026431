import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { questions } from '../../../../cli/deployment/prove/questions.ts'
import { trialCosts } from '../../../../cli/deployment/prove/prove.ts'
import { trialKinds } from '../../../../cli/deployment/prove/trials/trials.ts'

const page = (name: string) => readFileSync(join(import.meta.dirname, '../../../../docs', name), 'utf8')
const text = page('prove.md')

/** The commands of a page in their order. */
const commandsOf = (name: string) =>
  [...page(name).matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'))

test('the page begins as docs/deploy.md, with one Region, and with commands that tests run', () => {
  const [install, bootstrap = ''] = commandsOf('deploy.md')
  expect(commandsOf('prove.md').slice(0, 4)).toEqual([
    install,
    bootstrap.split(' ').slice(0, -1).join(' '),
    'npm run first-account',
    'npm run -s once -- prove',
  ])
})

test('the page says what throw-away resources cost as the command does', () => {
  for (const kind of trialKinds) {
    const [, price = ''] = new RegExp(`^  ${kind} +(free|less than \\$[\\d.]+)`, 'm').exec(trialCosts([kind])) ?? []
    expect(text).toMatch(
      new RegExp(`^\\| \`${kind}\` .* ${price === 'free' ? 'nothing' : price.replace('$', '\\$')} +\\|`, 'm'),
    )
  }
})

test('the page has a row for each kind of throw-away resources, with the questions that it answers', () => {
  const [, also = ''] = text.split('## More, with throw-away resources')
  const [table = ''] = also.split('## The questions')
  const ids = [...table.matchAll(/^\| `(\w[\w-]*)` /gm)].map(([, id]) => id)
  expect(new Set(ids)).toEqual(new Set(trialKinds))
  for (const { id, also: kind } of questions.filter(each => each.also !== undefined))
    expect(table).toMatch(new RegExp(`^\\| \`${kind}\`.*\`${id}\``, 'm'))
})
