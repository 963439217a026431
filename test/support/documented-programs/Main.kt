/** Each link is one attempt to download `disk.img`; the last one must succeed. */
fun main(links: Array<String>) {
    val once = Once(java.io.File("once-client"), okhttp3.OkHttpClient())
    links.map { runCatching { once.download(it, java.io.File("disk.img")) } }.last().getOrThrow()
}
