import { randomUUID } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test, vi } from 'vitest'
import { bindingParameters } from '../../../../shared/cloudfront/binding.ts'
import { loggedLink } from '../../../../edge/gate/check.ts'
import { deliveryRecord, logObject } from '../../deliveries/function.ts'
import { account } from '../ministack.ts'
import { type Life, report, target } from './deployed.ts'

const credentials = { accessKeyId: account, secretAccessKey: 'test' }

/** Registers what is known of deliveries. */
export function deliveriesAreKnown(life: () => Life): void {
  test('with deliveryProof, an object of the access log says that a file was delivered', async ({ skip }) => {
    const { settings, api, issue, visit } = life()
    if (!settings.deliveryProof) return skip('the settings have no deliveryProof')
    const { id, url } = await issue({ receipt: true })
    expect((await api.show(id)).delivery).toMatchObject({ state: 'none' })
    const file = target(await visit(url), url)
    expect(await visit(file)).toMatchObject({ status: 200, body: report.content })
    expect(await logDownload(file, life())).toEqual({ link: id, size: report.content.length })
    await vi.waitFor(
      async () => {
        const { delivery } = await api.show(id)
        expect(delivery).toMatchObject({ state: 'complete', bytes: report.content.length, size: report.content.length })
      },
      { timeout: 60_000, interval: 500 },
    )
  })
}

/**
 * Writes the log of one whole download of a signed URL, as CloudFront would: the front writes none. Returns what the URL says of the
 * link and of the size of its file.
 */
async function logDownload(
  file: string,
  { names, endpoint, clock }: Pick<Life, 'names' | 'endpoint' | 'clock'>,
): Promise<{ readonly link: string; readonly size: number }> {
  const { searchParams } = new URL(file)
  const [link = '', size = ''] = [bindingParameters.link, bindingParameters.size].map(
    name => searchParams.get(name) ?? '',
  )
  const [date = '', time = ''] = new Date(clock.now()).toISOString().split(/[T.]/)
  const record = deliveryRecord({
    date,
    time,
    'sc-content-len': size,
    'sc-bytes': String(Number(size) + 600),
    'viewer-request-log-data': loggedLink(link, size, '') ?? '-',
  })
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
  const Key = `AWSLogs/${account}/CloudFront/E1.${date}-${time.slice(0, 2)}.${randomUUID().slice(0, 8)}.gz`
  await s3.send(new PutObjectCommand({ Bucket: names.accessLogBucket, Key, Body: logObject([record]) }))
  s3.destroy()
  return { link, size: Number(size) }
}
