/** Options of `addTo`. */
export interface AddToOptions {
  /**
   * The folders of the content bucket that the distribution serves, such as `reports/`: the path of a file is its key.
   * @default - the prefixes of all issuers
   */
  readonly prefixes?: readonly string[]
  /**
   * The host of links, such as files.example.com. Give it if something behind the distribution needs `apiUrl`: with the host of
   * cloudfront.net, the api and the distribution would need each other.
   * @default - the first alternate domain name of the distribution, or else its own domain name
   */
  readonly host?: string
}
