// What the gate uses of the module `cloudfront` of CloudFront Functions: @types/aws-cloudfront-function 1.0.8 lacks it.
declare module 'cloudfront' {
  const cf: {
    /**
     * Puts text into the field `viewer-request-log-data` of the access log: 800 bytes, URL-encoded; the last call counts (AWS, "General
     * helper methods", runtime 2.0).
     */
    logCustomData(text: string): void
  }
  export default cf
}
