/**
 * Texts that robots have in their User-Agent and people's browsers don't. No pattern repeats without limit, so a match
 * takes time proportional to the length of the header. Plain programs are not robots: a person has them fetch the link.
 */
const patterns = [
  // Words in names of robots. Not phones ("CUBOT", "M bot 54", "Spider 8"), nor Safari's preview.
  /(?:bots?|spider)(?![a-z])(?<!\b(?:cu|ro)bots?|android [^;]{1,9}; (?:..-..; )?[^;)]{0,30})/,
  /crawl|slurp|(?<!logy%20)preview|prerender|scrap(?=[eiy/])|unfurl|onebox|expander|archive(?:r|box)/,
  /lighthouse|uptime|statuscake|synthetics|link.?(?:check|resolver)|check(?:link|_http)/,
  // Apps in which people open pages have such names too (CamScanner), after "Mobile"; so have devices.
  /(?:scan|checker|monitor|validator|fetcher|health.?check)(?<!mobile.{0,60}|android [^)]{0,60}|(?:cam|qr|code|doc|document|pdf).?scan)/,
  // Robots known only by name. People who open links in WhatsApp use another browser, in Pinterest "[Pinterest/iOS]".
  /facebook(?:externalhit|catalog)|meta-external|^whatsapp|^pinterest\/0|iframely/,
  /barracuda|proofpoint|mimecast|virustotal|mastodon\/\S{1,30}(?:;| \(http)|(?:image|img|mail|flipboard)proxy/,
  /google(?:[ -](?:safety|favicon|inspect|page|site|ad|agent)|agent|other)|(?:partners|apis)-google/,
  // Crawlers write "compatible; Name; +where to complain". Google's Apps Script does too, but runs people's programs.
  /compatible;(?! ?google-app)[^)]{0,99}[ ;]\+\w/,
]

const robot = new RegExp(patterns.map(({ source }) => source).join('|'), 'i')

/**
 * Returns whether the client declares itself a robot: a crawler, preview fetcher, scanner, link checker or monitor.
 * When in doubt, returns false: a person mistaken for a robot couldn't use the link. So a headless browser, which may
 * be a person's program, is not a robot. `userAgent` may be any text.
 */
export function isDeclaredRobot(userAgent: string): boolean {
  return robot.test(userAgent)
}
