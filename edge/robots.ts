/**
 * What robots say in a User-Agent and no person's browser does. Nothing here repeats without end, so a match takes time
 * in proportion to the header. Plain programs are no robots: somebody has them fetch the link.
 */
const signs = [
  // Words that robots call themselves by. Phones are none ("CUBOT", "M bot 54", "Spider 8"), nor is Safari's preview.
  /(?:bots?|spider)(?![a-z])(?<!\b(?:cu|ro)bots?|android [^;]{1,9}; (?:..-..; )?[^;)]{0,30})/,
  /crawl|slurp|(?<!logy%20)preview|prerender|scrap(?=[eiy/])|unfurl|onebox|expander|archive(?:r|box)/,
  /lighthouse|uptime|statuscake|synthetics|link.?(?:check|resolver)|check(?:link|_http)/,
  // Apps in which people open pages have such names too (CamScanner), which come after "Mobile"; and so have devices.
  /(?:scan|checker|monitor|validator|fetcher|health.?check)(?<!mobile.{0,60}|android [^)]{0,60}|(?:cam|qr|code|doc|document|pdf).?scan)/,
  // Those that have but a name. People who open links in WhatsApp get another browser, in Pinterest "[Pinterest/iOS]".
  /facebook(?:externalhit|catalog)|meta-external|^whatsapp|^pinterest\/0|iframely/,
  /barracuda|proofpoint|mimecast|virustotal|mastodon\/\S{1,30}(?:;| \(http)|(?:image|img|mail|flipboard)proxy/,
  /google(?:[ -](?:safety|favicon|inspect|page|site|ad|agent)|agent|other)|(?:partners|apis)-google/,
  // Crawlers write "compatible; Name; +where to complain". Google's Apps Script does too, but is people's programs.
  /compatible;(?! ?google-app)[^)]{0,99}[ ;]\+\w/,
]

const robot = new RegExp(signs.map(({ source }) => source).join('|'), 'i')

/**
 * Whether the client says of itself that it is a robot: a crawler, preview fetcher, scanner, link checker or monitor. In
 * doubt it is none, since a person taken for one can't use the link; a browser without a window may be somebody's program.
 * `userAgent` may be any text.
 */
export function isDeclaredRobot(userAgent: string): boolean {
  return robot.test(userAgent)
}
