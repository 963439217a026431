import { installedRuntimeClient } from '../../bench/runtime-client.ts'
import { missingCfnGuard } from './cfn-guard.ts'
import { missingChromium } from './chromium.ts'
import { oldNode } from './old-node.ts'
import { missingForSwift } from './swift-installed.ts'

/** Says once, before all suites, which of them can't run and why; a suite itself is not heard when nothing fails. */
export default function setup(): void {
  const swift = missingForSwift()
  const client = installedRuntimeClient()
  if (missingChromium !== undefined) console.warn(`\nSKIPPED: every suite in a browser, because ${missingChromium}\n`)
  if (swift !== undefined) console.warn(`\nSKIPPED: every suite on swift's S3, because ${swift}\n`)
  if ('missing' in client) console.warn(`\nSKIPPED: every suite under aws-lambda-ric, because ${client.missing}\n`)
  if (missingCfnGuard !== undefined) console.warn(`\nSKIPPED: what cfn-guard finds, because ${missingCfnGuard}\n`)
  if (oldNode === undefined) console.warn('\nSKIPPED: once on an old Node.js, because none is on the PATH\n')
}
