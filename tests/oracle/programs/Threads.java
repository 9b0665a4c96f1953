import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import sun.misc.Signal;

/** Threads, signals, child processes and files, in the ways the Java machine does them. */
public class Threads {
    static int[] nothing;

    static void sums() throws Exception {
        var total = new AtomicLong();
        var pool = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 1000; i++) {
            int n = i;
            pool.submit(() -> total.addAndGet(n));
        }
        pool.shutdown();
        System.out.println(pool.awaitTermination(30, java.util.concurrent.TimeUnit.SECONDS) + " " + total);
    }

    static void signals() throws Exception {
        var got = new CountDownLatch(1);
        Signal.handle(new Signal("HUP"), s -> got.countDown());
        Signal.raise(new Signal("HUP"));
        got.await();
        try {
            System.out.println(nothing[0]); // the machine's own SIGSEGV handler
        } catch (NullPointerException e) {
            System.out.println("null");
        }
    }

    static void children() throws Exception {
        var p = new ProcessBuilder("sh", "-c", "cat; exit 3").start();
        p.getOutputStream().write("through".getBytes());
        p.getOutputStream().close();
        System.out.println(new String(p.getInputStream().readAllBytes()) + " " + p.waitFor());
        var slow = new ProcessBuilder("sleep", "100").start();
        slow.destroy();
        System.out.println(slow.waitFor());
    }

    static void files() throws Exception {
        Path made = Files.createDirectory(Path.of("made"));
        Files.writeString(made.resolve("file"), "from java\n");
        try (var c = FileChannel.open(made.resolve("file"), StandardOpenOption.READ, StandardOpenOption.WRITE);
                var lock = c.lock()) {
            var map = c.map(FileChannel.MapMode.READ_WRITE, 0, 4);
            map.put("FROM".getBytes());
            map.force();
        }
        System.out.print(Files.readString(made.resolve("file")));
    }

    static void network() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var t = new Thread(() -> {
                try (var s = server.accept()) {
                    s.getOutputStream().write("served".getBytes());
                } catch (Exception e) {
                    System.out.println(e);
                }
            });
            t.start();
            try (var s = new Socket(server.getInetAddress(), server.getLocalPort())) {
                System.out.println(new String(s.getInputStream().readAllBytes()));
            }
            t.join();
        }
    }

    public static void main(String[] args) throws Exception {
        sums();
        signals();
        children();
        files();
        network();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.exit(7);
    }
}
