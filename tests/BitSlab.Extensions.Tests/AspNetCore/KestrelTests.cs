using System;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>A real Kestrel on native memory: what it serves is right, and all that it rents comes back.</summary>
public sealed class KestrelTests
{
    private const int Body = 300_000;

    [Fact]
    public async Task Bodies_of_any_size_come_back_as_they_were_sent()
    {
        await using Server server = await Server.StartAsync();
        using (HttpClient client = server.Client())
        {
            int[] sizes = [0, 1, 4_095, 4_096, 4_097, 65_536, Body, Body, Body, 3_000_001];
            await Task.WhenAll(sizes.SelectMany(size => Enumerable.Range(0, 4).Select(seed => EchoAsync(client, size, seed))));
            Assert.True(server.Kestrel.Slabs > 0, "Kestrel did not rent from the pool.");
        }

        await server.ReturnedAsync();

        static async Task EchoAsync(HttpClient client, int size, int seed)
        {
            byte[] body = new byte[size];
            new Random(seed).NextBytes(body);
            using ByteArrayContent content = new(body);
            using HttpResponseMessage response = await client.PostAsync(new Uri("/echo", UriKind.Relative), content);
            Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Connections_that_are_kept_alive_hold_nothing_between_requests()
    {
        await using Server server = await Server.StartAsync();
        using HttpClient client = server.Client();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (int i = 0; i < 250; i++)
            {
                byte[] body = await client.GetByteArrayAsync(new Uri("/100", UriKind.Relative));
                Assert.Equal(100, body.Length);
            }
        }));
        // The client, and with it the connections, are still there.
        await server.ReturnedAsync();
        Assert.Equal(7, (await client.GetByteArrayAsync(new Uri("/7", UriKind.Relative))).Length);
    }

    [Fact]
    public async Task Connections_that_break_off_give_their_blocks_back()
    {
        await using Server server = await Server.StartAsync();
        string[] starts =
        [
            "GET / HT",
            $"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: {Body}\r\n\r\n{new string('x', 10_000)}",
            // Far more than the socket's buffers hold, and nobody reads it.
            "GET /50000000 HTTP/1.1\r\nHost: h\r\n\r\n",
            $"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n{new string('x', 50_000)}",
        ];
        for (int round = 0; round < 5; round++)
        {
            Socket[] sockets = await Task.WhenAll(starts.Select(async start =>
            {
                Socket socket = await server.ConnectAsync();
                await socket.SendAsync(Encoding.ASCII.GetBytes(start));
                return socket;
            }));
            // The answer has begun: the server is at work on it.
            await sockets[2].ReceiveAsync(new byte[1]);
            foreach (Socket socket in sockets)
            {
                // Linger 0: a reset, and no orderly end.
                socket.Close(timeout: 0);
            }
        }

        await server.ReturnedAsync();
        using HttpClient client = server.Client();
        Assert.Equal(7, (await client.GetByteArrayAsync(new Uri("/7", UriKind.Relative))).Length);
    }

    [Fact]
    public async Task After_the_load_the_memory_is_given_back()
    {
        const long Load = 40 << 20;
        await using Server server = await Server.StartAsync();
        // What an answer has that the client does not read is rented.
        Socket[] sockets = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            Socket socket = await server.ConnectAsync();
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /5000000 HTTP/1.1\r\nHost: h\r\n\r\n"));
            await socket.ReceiveAsync(new byte[1]);
            return socket;
        }));
        await server.UntilAsync(statistics => statistics.CommittedBytes > Load, "the load took little");
        foreach (Socket socket in sockets)
        {
            socket.Close(timeout: 0);
        }

        await server.ReturnedAsync();
        server.Pools.Trim();
        SlabStatistics after = server.Kestrel;
        Assert.True(after.CommittedBytes < Load / 5, $"Not given back: {after}");
    }
}
