/** A module that prints the most memory that the process had, in KiB, when it ends: `rss 12345`. For `--import`. */
export const memoryHook = `data:text/javascript,process.on('exit',()=>console.error('rss',process.resourceUsage().maxRSS))`
