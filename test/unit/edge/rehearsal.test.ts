import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { rehearseRedemption } from '../../../edge/rehearsal.ts'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import { macKeyOf, mintNonce } from '../../../shared/nonce.ts'
import { checkNonce } from '../../../shared/redemption/check-nonce.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { testKeyGroup, testKeys } from '../../support/keys/keys.ts'
import { plain } from '../../support/table/links.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

const deployments: readonly [string, Partial<Deployment>][] = [
  ['mode home', {}],
  ['mode strong', { mode: 'strong', homeRegions: ['us-east-1', 'us-east-2', 'us-west-2'] }],
  ['uniform refusals', { uniformRefusals: true }],
]

const rehearse = async (deployment: Partial<Deployment> = {}, random: (length: number) => Buffer = randomBytes) =>
  rehearseRedemption({ clock: manualClock(), random }, testDeployment(deployment), 'eu-west-1')

describe('a rehearsal', () => {
  test.each(deployments)('goes through a whole redemption in a deployment with %s', async (_, deployment) => {
    const response = await rehearse(deployment)
    expect(response.status).toBe('302')
    expect(headerOf(response, 'location')).toMatch(/^\/rehearsal\?.*Signature=/)
  })

  test('signs with a key that no distribution trusts, a new one each time', async () => {
    const urls = [await rehearse(), await rehearse()].map(
      response => `https://rehearsal.example.com${headerOf(response, 'location')}`,
    )
    expect(new Set(urls).size).toBe(2)
    for (const url of urls) {
      const check = checkSignedUrl({ url, address: '192.0.2.1', now: manualClock().now() }, testKeyGroup)
      expect(check.kind).not.toBe('granted')
    }
  })

  test('makes a nonce that a deployment refuses as forged', async () => {
    const drawn: Buffer[] = []
    const response = await rehearse({}, length => {
      drawn.push(randomBytes(length))
      return drawn.at(-1)!
    })
    expect(response.status).toBe('302')
    const [macKey, random] = drawn
    const mac = { current: 0, bySlot: new Map([[0, macKeyOf(macKey!)]]) }
    const expiresAt = plusSeconds(secondsOf(manualClock().now()), 60)
    const nonce = mintNonce({ flags: plain, homeRegion: 'us-east-1', expiresAt }, random!, mac)
    const keyring = { current: async () => ({ ...testKeys, mac }) }
    expect(await checkNonce(nonce, { clock: manualClock(), keyring })).toMatchObject({ kind: 'checked' })
    const { open, calls } = testEdge()
    expect((await open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('404')
    expect(calls()).toBe(0)
  })

  test('never pauses, so it takes no time but its own', async () => {
    const pause = vi.fn<() => Promise<void>>()
    const clock = { now: manualClock().now, pause }
    await rehearseRedemption({ clock, random: randomBytes }, testDeployment({}), 'eu-west-1')
    expect(pause).not.toHaveBeenCalled()
  })

  test('writes nothing', async () => {
    const written = [process.stdout, process.stderr].map(stream => vi.spyOn(stream, 'write'))
    await rehearse()
    for (const write of written) {
      expect(write).not.toHaveBeenCalled()
      write.mockRestore()
    }
  })
})
