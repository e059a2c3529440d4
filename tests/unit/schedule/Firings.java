import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/** stdin: expression, start in epoch seconds, count, by tabs; stdout: epoch seconds in UTC, or "error". */
public class Firings {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        StringBuilder out = new StringBuilder();
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split("\t");
            out.append(firings(parts[0], Long.parseLong(parts[1]), Integer.parseInt(parts[2]))).append('\n');
        }
        System.out.print(out);
    }

    private static String firings(String text, long start, int count) {
        StringBuilder row = new StringBuilder();
        try {
            CronExpression expression = new CronExpression(text);
            expression.setTimeZone(TimeZone.getTimeZone("UTC"));
            Date at = new Date(start * 1000);
            for (int number = 0; number < count && at != null; number++) {
                at = expression.getNextValidTimeAfter(at);
                if (at != null) {
                    row.append(at.getTime() / 1000).append(' ');
                }
            }
            return row.toString().trim();
        } catch (Exception error) {
            return "error";
        }
    }
}
