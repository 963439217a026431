import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Opens links with Java's HttpClient, which like OkHttp follows redirects with its own headers, and keeps no cookies. Reads lines as
 * driver.py does. Its argument is the only certificate that it trusts.
 */
public class Driver {
    static SSLContext trusting(Path certificate) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (var pem = Files.newInputStream(certificate)) {
            store.setCertificateEntry("edge", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    public static void main(String[] arguments) throws Exception {
        var tls = trusting(Path.of(arguments[0]));
        var client = HttpClient.newBuilder().sslContext(tls).followRedirects(HttpClient.Redirect.NORMAL).build();
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var fields = line.split(" ");
            for (var index = 2; index < fields.length; index += 1) {
                var request = HttpRequest.newBuilder(URI.create(fields[0]));
                if (!fields[1].equals("-")) request.header("Once-Client", fields[1]);
                var response = client.send(request.build(), BodyHandlers.ofByteArray());
                if (response.statusCode() < 300) Files.write(Path.of(fields[index]), response.body());
            }
            System.out.println("done");
        }
    }
}
