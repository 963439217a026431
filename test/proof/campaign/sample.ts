import type { Campaign } from './arrivals.ts'

/** Returns the campaign in a part of its time and with as many fewer recipients, so that all rates stay. */
export function shortened(campaign: Campaign, part: number): Campaign {
  const { recipients, delay, deliverySeconds, robots } = campaign
  return {
    ...campaign,
    recipients: recipients * part,
    delay: { ...delay, medianSeconds: delay.medianSeconds * part },
    deliverySeconds: deliverySeconds * part,
    robots: { ...robots, withinSeconds: robots.withinSeconds * part },
  }
}
