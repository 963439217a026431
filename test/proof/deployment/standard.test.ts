import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { packCli } from '../../support/cli/packed.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { opensConsole } from '../../support/ministack/console.ts'
import { startFront } from '../../support/ministack/front.ts'
import { type Deployed, lifeOf } from '../../support/ministack/life/deployed.ts'
import { account } from '../../support/ministack/ministack.ts'
import { provesItself } from '../../support/ministack/prove.ts'
import { wholeLife } from '../../support/ministack/scenario.ts'
import { hostsThePage, startPageLogin } from '../../support/ministack/send-page.ts'

const pageLogin = await startPageLogin()

wholeLife('a deployment of profile standard with deliveryProof lives its whole life on MiniStack', {
  context: ['profile=standard', 'deliveryProof=true', ...pageLogin.settings],
  change: {
    setting: 'alarmEmail=ops@example.com',
    changes: [/^topic once-alarms us-east-1$/, /^alarm once-\S+ us-east-1$/],
  },
  more: get => {
    opensConsole(get)
    hostsThePage(get, pageLogin)
    worksWithoutAClone(get)
    // It makes the bucket of access logs its own, and deletes it.
    provesItself(get)
  },
})

/** Has a process send requests for other hosts by https to the front, as DNS would. */
function viewingAt(front: string): string {
  const hook = `import http from 'node:http'; import https from 'node:https'; import { syncBuiltinESMExports } from 'node:module'
    https.request = (url, { headers, ...options }) => http.request('${front}' + url.slice(new URL(url).origin.length),
      { ...options, headers: { ...headers, host: new URL(url).host } })
    syncBuiltinESMExports()`
  return `--import=data:text/javascript;base64,${Buffer.from(hook).toString('base64')}`
}

/** Registers a test of the packed command line, which knows of the deployment what once.json says. */
function worksWithoutAClone(get: () => Deployed): void {
  test('the package once-at-edge-cli sends files from a folder with once.json alone, and opens its console', async () => {
    const { operator, clock } = get()
    const { ministack } = operator
    const packed = packCli()
    onTestFinished(() => rmSync(packed.folder, { recursive: true, force: true }))
    const [life, front] = await Promise.all([
      lifeOf(get()),
      startFront({ endpoint: ministack.endpoint, account, now: clock.now }),
    ])
    onTestFinished(async () => void (await Promise.all([life.close(), front.close()])))
    const { home: region, settings } = life
    const [found] = await connectToAws().restApis.named(settings.name, region)
    const api = ministack.apiUrl(`https://${found?.id}.execute-api.${region}.amazonaws.com/v1`)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'once.json'), JSON.stringify({ api, region }))
    writeFileSync(join(folder, 'plans.txt'), 'of mine')
    const once = (...args: readonly string[]) => packed.once(args, ministack.env, folder)

    const issued = await once('issue', '--json', 'plans.txt')
    const { url, id } = JSON.parse(issued.said || '{}') as Record<'url' | 'id', string>
    expect(issued).toMatchObject({ code: 0 })
    rmSync(join(folder, 'plans.txt'))
    const env = { ...ministack.env, NODE_OPTIONS: viewingAt(front.origin) }
    expect(await packed.once(['redeem', url], env, folder)).toMatchObject({ code: 0, said: 'plans.txt' })
    expect(readFileSync(join(folder, 'plans.txt'), 'utf8')).toBe('of mine')
    expect((await once('status', id)).said).toMatch(/^state +used$/m)
    const unused = (await once('issue', '--key', '2026/report.txt', '--reference', 'packed', '--json')).said
    const { id: other } = JSON.parse(unused) as { id: string }
    expect((await once('list', '--reference', 'packed')).said).toContain(other)
    expect(await once('revoke', other)).toMatchObject({ code: 0, said: `revoked ${other}` })

    const { origin, headers, end } = await packed.console(['--api', api, '--region', region], ministack.env)
    const send = (method: string, path: string, body?: object) =>
      ask(origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const started = await send('POST', '/uploads', { filename: 'b.txt', bytes: 7 })
    expect(started.status, started.body).toBe(200)
    expect((await send('DELETE', `/uploads/${(JSON.parse(started.body) as { id: string }).id}`)).status).toBe(204)
    expect((await send('POST', '/links', { key: '2026/report.txt' })).status).toBe(200)
    expect(await end()).toEqual([null, 'SIGINT'])
  })
}
