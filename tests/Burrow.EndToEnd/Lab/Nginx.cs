namespace Burrow.EndToEnd.Lab;

/// <summary>A real nginx in front of Jenny, on her machine.</summary>
static class Nginx
{
    /// <summary>The path under which it passes requests on.</summary>
    public const string Prefix = "/some/where/";

    /// <param name="port">Where it listens; the rest of its pages are its own.</param>
    /// <param name="buffers">As it does unless told otherwise: it takes a request whole before it passes it on.</param>
    public static async Task StartAsync(LabHost host, int port, bool buffers, bool upgrades)
    {
        Requires.Tools("nginx");
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "nginx")).FullName;
        var upgrade = upgrades ? "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;" : "";
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            user root;
            pid {{folder}}/pid;
            error_log {{folder}}/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server {
                listen {{port}};
                location {{Prefix}} {
                  proxy_pass http://127.0.0.1:{{BurrowProgram.DefaultPort}};
                  proxy_http_version 1.1;
                  proxy_request_buffering {{(buffers ? "on" : "off")}};
                  {{upgrade}}
                }
              }
            }
            """);
        host.Start([Requires.Find("nginx")!, "-e", Path.Combine(folder, "error.log"), "-c", Path.Combine(folder, "nginx.conf")]);
        (await host.ConnectWhenListeningAsync(port)).Dispose();
    }
}
