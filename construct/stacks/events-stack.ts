import type { Construct } from 'constructs'
import { StreamReader, type StreamReaderProps } from '../resources/stream-reader.ts'
import { SupportStack, type SupportStackProps } from './support-stack.ts'

/**
 * The reader of the stream in us-east-1 if the table is deployed after the stack of us-east-1: when it is a home Region but not the
 * first.
 */
export class EventsStack extends SupportStack {
  constructor(scope: Construct, id: string, props: SupportStackProps & StreamReaderProps) {
    super(scope, id, props)
    const { settings, names, region, streamArn } = props
    new StreamReader(this, 'Reader', { settings, names, region, streamArn })
  }
}
