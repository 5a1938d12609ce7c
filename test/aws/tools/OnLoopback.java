import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/** DynamoDB Local as its own main method starts it, but for this machine alone: it has no option for the address. */
class OnLoopback {
  public static void main(String[] options) throws Exception {
    var local = ServerRunner.createServerFromCommandLineArgs(options);
    for (var field : local.getClass().getDeclaredFields()) {
      if (field.getType() != Server.class) continue;
      field.setAccessible(true);
      for (Connector each : ((Server) field.get(local)).getConnectors()) ((ServerConnector) each).setHost("127.0.0.1");
    }
    local.start();
    local.join();
  }
}
