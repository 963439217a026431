import { App, Stack } from 'aws-cdk-lib'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: pages of a portal open links themselves, to play a film (player.html) or to offer a download (download.html). Links are at a host of
// the same site, so browsers keep and send the cookies that open the files.
// Run: replace the domain and the id of its zone, copy this folder, then `npm install`, `npx cdk bootstrap`, `npx cdk deploy --all`. Put the
// pages, open-link.js and hls.js on your portal, and issue links as open-link.js says. On a laptop, without AWS: docs/clients.md.

const app = new App()
const stack = new Stack(app, 'Films', { env: { region: 'us-east-1' } })

const once = new OnceAtEdge(stack, 'Links', {
  domainName: 'files.example.com',
  hostedZone: { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' },
  pageOrigins: ['https://portal.example.com'],
})
once.createDistribution()
