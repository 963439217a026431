/** Returns the file with the token of a private emulator whose API has this port, below the home folder of its user. */
export function localTokenFile(home: string, port: string): string {
  return `${home}/.once-at-edge/${port}`
}

/** Returns the content of that file: a header line, so that `curl -H @FILE` sends it and no list of processes shows it. */
export function localTokenLine(token: string): string {
  return `authorization: Bearer ${token}\n`
}

/** Returns the value of the header `authorization` from the file's content; undefined if it is not such a line. */
export function localAuthorization(content: string): string | undefined {
  return /^authorization: (Bearer [\w-]{43})\n$/.exec(content)?.[1]
}
