using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>Connections that end in other ways than a client of HTTP ends them: every block comes back.</summary>
public sealed class ConnectionTests
{
    private const int Long = 20_000_000;

    [Fact]
    public async Task A_client_that_resets_within_its_body()
    {
        await using Server server = await Server.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using Socket client = await server.ConnectAsync("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
            await client.SendAsync(Body.Of(i * 10_000));
            client.Close(timeout: 0);
        }

        await server.ReturnedAsync();
    }

    [Fact]
    public async Task A_client_that_resets_within_the_answer()
    {
        await using Server server = await Server.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using Socket client = await server.ConnectAsync($"GET /{Long} HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReceiveAsync(new byte[1 + (i * 1_000)]);
            client.Close(timeout: 0);
        }

        await server.ReturnedAsync();
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_server_thinks()
    {
        await using Server server = await Server.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using Socket client = await server.ConnectAsync("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
            client.Shutdown(SocketShutdown.Both);
        }

        await server.ReturnedAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_read_ends_with_the_server()
    {
        await using Server server = await Server.StartAsync();
        using Socket client = await server.ConnectAsync($"GET /{Long} HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReceiveAsync(new byte[1]);
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(50));
        await server.App.StopAsync(atOnce.Token);
        await server.ReturnedAsync();
    }

    [Fact]
    public async Task A_server_that_aborts_within_the_answer()
    {
        await using Server server = await Server.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using Socket client = await server.ConnectAsync($"GET /{Long}?abort HTTP/1.1\r\nHost: x\r\n\r\n");
            byte[] buffer = new byte[100_000];
            long read = 0;
            // A reset: an orderly end could be taken for that of the answer.
            SocketException e = await Assert.ThrowsAsync<SocketException>(async () =>
            {
                for (int got = 1; got != 0; read += got)
                {
                    got = await client.ReceiveAsync(buffer);
                }
            });
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
            Assert.InRange(read, 0, Long - 1);
        }

        await server.ReturnedAsync();
    }

    [Fact]
    public async Task Requests_in_one_packet_are_answered_in_their_order_and_then_the_connection_ends()
    {
        await using Server server = await Server.StartAsync();
        StringBuilder requests = new();
        for (int i = 1; i <= 50; i++)
        {
            string close = i == 50 ? "Connection: close\r\n" : "";
            requests.Append(
                CultureInfo.InvariantCulture,
                $"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {i}\r\n{close}\r\n{new string('@', i)}");
        }

        using Socket client = await server.ConnectAsync(requests.ToString());
        using StreamReader reader = new(new NetworkStream(client), Encoding.Latin1);
        string answers = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(50, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(
            Enumerable.Range(1, 50), answers.Split("HTTP/1.1").Skip(1).Select(answer => answer.Count(character => character == '@')));
        await server.ReturnedAsync();
    }

    [Fact]
    public async Task A_client_that_closes_its_half_ends_the_connection()
    {
        // Kestrel takes the end of what a client sends for that of the client.
        await using Server server = await Server.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using Socket client = await server.ConnectAsync("GET /300000 HTTP/1.1\r\nHost: x\r\n\r\n");
            client.Shutdown(SocketShutdown.Send);
            try
            {
                byte[] buffer = new byte[100_000];
                while (await client.ReceiveAsync(buffer) != 0)
                {
                }
            }
            catch (SocketException e)
            {
                Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
            }
        }

        await server.ReturnedAsync();
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, 0L)]
    [InlineData(false, 1L)]
    [InlineData(false, 100_000L)]
    public async Task The_sockets_options_hold(bool inline, long? buffer)
    {
        await using Server server = await Server.StartAsync(builder =>
        {
            builder.UseBitSlab();
            builder.Services.Configure<SocketTransportOptions>(o =>
            {
                o.UnsafePreferInlineScheduling = inline;
                o.MaxWriteBufferSize = buffer;
                o.MaxReadBufferSize = buffer;
                o.WaitForDataBeforeAllocatingBuffer = !inline;
            });
        });
        using (HttpClient client = server.Client())
        {
            Assert.Equal(Body.Of(300_000), await client.GetByteArrayAsync(new Uri("/300000?pieces", UriKind.Relative)));
        }

        await server.ReturnedAsync();
    }
}
