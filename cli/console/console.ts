import { once } from 'node:events'
import type { Setup } from '../../console/protocol.ts'
import { type Command, exitCodes } from '../command.ts'
import { type ApiFinder, deployedOptions, offeredBy } from '../links/link-api.ts'
import { outputUsage, parseWithOperands } from '../options.ts'
import type { LoopbackServer } from '../ports/console.ts'
import type { CliPorts } from '../ports/ports.ts'
import { createListener, openPath } from './listener.ts'
import { passOn } from './routes.ts'

const consoleOptions = {
  'no-browser': { type: 'boolean', default: false },
  ...deployedOptions,
} as const

const usageOf = <P extends CliPorts>({
  usage,
  hasSettings,
}: ApiFinder<P>) => `once console ${hasSettings ? '[ENVIRONMENT] ' : ''}[options]

Opens a page in your browser that uploads files, issues links, lists and searches them, shows their status and revokes them. It
listens on this machine alone and calls the API with your credentials until you press Ctrl-C; in the cloud, nothing is added. A
file of yours, which others can't read, opens the page in one tab, and is then removed.

  --no-browser   print the file that opens the page, and start no browser
${usage}
${outputUsage}

  once console
  AWS_PROFILE=sender once console

The emulator of npm start has a console of its own.

${exitCodes}
`

/** `once console`: a page in the browser that issues links of a deployment, with the credentials of its user. */
export const openConsole = <P extends CliPorts>(finder: ApiFinder<P>): Command<P> => ({
  name: 'console',
  summary: 'open a page that uploads files and issues links',
  usage: usageOf(finder),
  options: offeredBy(finder, consoleOptions),
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(args, offeredBy(finder, consoleOptions))
    const api = await finder.find({ ...values, environment: positionals }, ports)
    // Before anything is opened: credentials that are missing or have ended are an error now, and not on the page.
    if (!ports.apis.hasToken) await ports.aws.account()
    const stopped = ports.interrupts.abortOnInterrupt()
    const server = await ports.loopback.listen()
    const name = `once-console-${ports.processes.pid}-${Buffer.from(ports.random(8)).toString('hex')}.html`
    const file = `${ports.loopback.home}/${name}`
    // If it fails, the end of the command says why.
    const onOpened = () => void ports.disk.remove(file).catch(() => undefined)
    try {
      const token = Buffer.from(ports.random(32)).toString('base64url')
      const setup: Setup = {
        place: api.place,
        api: '',
        homeRegions: api.homeRegions,
        withSetting: api.withSetting ?? [],
      }
      const pass = passOn(ports.apis.sender(api.origin, api.region))
      server.serve(createListener({ origin: server.origin, token, setup, onOpened, api: pass }))
      // What was left opens nothing: it keeps no console from its start.
      await removeLeftBehind(ports).catch(() => undefined)
      await ports.disk.writePrivate(file, openingPage(server, token), { replace: false })
      announce(file, values, { server, ports, stopped })
      if (!stopped.aborted) await once(stopped, 'abort')
    } finally {
      await ports.disk.remove(file)
      await server.close()
    }
    return 0
  },
})

/** Removes the files of consoles that were killed before their page was opened. */
async function removeLeftBehind({ disk, loopback: { home }, processes }: CliPorts): Promise<void> {
  for (const name of await disk.names(home)) {
    const [, pid] = /^once-console-(\d+)-[0-9a-f]{16}\.html$/.exec(name) ?? []
    const file = pid === undefined ? undefined : await disk.stat(`${home}/${name}`)
    if (file !== undefined && !processes.isRunning(Number(pid), file.modifiedAt)) await disk.remove(`${home}/${name}`)
  }
}

type Values = Readonly<{ json: boolean; 'no-browser': boolean }>

/**
 * Returns the file that opens the page. It posts the token, because arguments of a browser are public, and an address would stay in its
 * history.
 */
function openingPage({ origin }: LoopbackServer, token: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>once console</title>
<form method="post" action="${origin}${openPath}">
<input type="hidden" name="token" value="${token}">
<button>Open the console</button>
</form>
<script>document.forms[0].submit()</script>
</html>
`
}

/** Programs that open a file in the browser of their user, by system. */
const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

function announce(
  file: string,
  { json, 'no-browser': isSilent }: Values,
  { server, ports, stopped }: { server: LoopbackServer; ports: CliPorts; stopped: AbortSignal },
): void {
  const { origin } = server
  ports.print(json ? JSON.stringify({ origin, file }) : file)
  ports.info(`the console is at ${origin}; open the file above in your browser. Ctrl-C closes the console`)
  if (isSilent) return
  const [program = '', ...args] = openers[ports.loopback.platform] ?? ['xdg-open']
  // A browser may run as long as its opener, which is then cut off.
  void ports.programs.run(program, [...args, file], { input: '', signal: stopped }).then(
    result => result?.code === 0 || ports.info(`${program} did not open it: open it yourself`),
    () => undefined,
  )
}
