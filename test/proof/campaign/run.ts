import { brokenCopy } from '../../broken/copy.ts'
import { join } from 'node:path'
import { type Product, productIn } from '../simulation/product.ts'
import { type Comparison, compare, disagreements } from './compare.ts'
import { play } from './campaign.ts'
import { removals } from './removals.ts'
import { shortened } from './sample.ts'
import type { CampaignScenario } from './scenario.ts'
import { scenariosOf } from './scenarios.ts'
import { judge, type Result } from './verdict.ts'

/** First openings of a whole campaign's sample. A smaller sample has a shorter campaign, with the same rates. */
export const wholeSample = 100_000

/** Fewest first openings that say anything: a hundredth of a campaign, whose peak lasts a few windows of ten seconds. */
export const leastSample = 1000

/** What is played: every scenario, each with a sample of its links. */
export interface CampaignRun {
  /** At least as many as the sample. */
  readonly recipients: number
  readonly sample: number
  readonly seed: number
}

/** A campaign's result, and what the model says of it if it models all that happened. */
export interface Report {
  readonly result: Result
  readonly comparison: Comparison | undefined
  /** Promises, bounds and agreements that did not hold. */
  readonly broken: readonly string[]
}

/** Plays one scenario by its place in `scenariosOf`. */
export async function runScenario(index: number, product: Product, run: CampaignRun): Promise<Report> {
  const scenario = scenariosOf(run.recipients)[index]
  if (scenario === undefined) throw new Error(`there is no scenario ${index}`)
  const part = Math.min(1, run.sample / wholeSample)
  const campaign = shortened(scenario.campaign, part)
  const played = await play({ ...scenario, campaign }, product, { seed: run.seed, arrivals: run.sample })
  const result = judge(played)
  const comparison = isModelled(scenario) ? compare(played) : undefined
  const apart = comparison === undefined ? [] : disagreements(comparison)
  return { result, comparison, broken: [...result.broken, ...apart] }
}

/** The model counts no receipts, no lost responses and no KMS. */
function isModelled({ receipt, lostResponses, signer }: CampaignScenario): boolean {
  return !receipt && lostResponses === 0 && signer === 'secret'
}

/** Loads the product as it ships, or with a flaw that the campaign must notice. Throws for an unknown name. */
export async function productWithout(name: string | undefined): Promise<Product> {
  if (name === undefined) return productIn(join(import.meta.dirname, '../../..'))
  const removal = removals.find(each => each.name === name)
  if (removal === undefined) {
    throw new Error(`--without: got ${JSON.stringify(name)}, allowed: ${removals.map(each => each.name).join(', ')}`)
  }
  return productIn(await brokenCopy(name, removal.patches))
}
