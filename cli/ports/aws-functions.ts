import type { Region } from '../../shared/regions.ts'
import type { EventSource, LambdaFunction } from './aws-resources.ts'

/** Functions of Lambda. */
export interface Functions {
  /** @param version a number. @default the unpublished version */
  describe(name: string, region: Region, version?: string): Promise<LambdaFunction | undefined>
  /** Returns the names of all functions of a Region that begin like this. */
  named(prefix: string, region: Region): Promise<readonly string[]>
  /** Returns the event source mappings that read a stream for the function. */
  readers(name: string, region: Region): Promise<readonly EventSource[]>
  /** Returns `replicated` while CloudFront has copies of the function, which can last hours. */
  remove(name: string, region: Region): Promise<'removed' | 'replicated'>
}
