/** Largest body that the api reads of a request, in bytes: twice what the longest key, file name and reference can take. */
export const maxBodyBytes = 16_384

/** The same of a batch: a hundred links of 5 KB each. The problems of as many wrong ones fit into an answer. */
export const maxBatchBytes = 524_288
