import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Opens a WebSocket with the desk's key and prints the first message: java Ask.java URI. */
public class Ask {
    public static void main(String[] args) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("X-Desk-Key", "open-sesame")
                .buildAsync(
                        URI.create(args[0]),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(
                                    WebSocket socket, CharSequence text, boolean last) {
                                first.complete(text.toString());
                                return null;
                            }

                            @Override
                            public void onError(WebSocket socket, Throwable error) {
                                first.completeExceptionally(error);
                            }
                        })
                .get(10, TimeUnit.SECONDS);
        System.out.println(first.get(10, TimeUnit.SECONDS));
        System.exit(0);
    }
}
