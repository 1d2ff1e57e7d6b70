using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>A server at its memory limit: requests that need more fail, and say why; the others, and those that come later, are served.</summary>
public sealed class LimitTests
{
    // Each thread that rents keeps a slab of 256 KiB for blocks of 4 KiB: the limit is well above that of all of them.
    private const long Limit = 16 << 20;

    [Fact]
    public async Task Answers_that_do_not_fit_are_broken_off_and_the_server_goes_on()
    {
        await using Server server = await Server.StartAsync(builder => builder.UseBitSlab(o => o.MemoryLimit = Limit));
        for (int round = 0; round < 3; round++)
        {
            long before = server.Kestrel.LimitRefusals;
            // What an answer has that the client does not read is rented.
            Socket[] sockets = await Task.WhenAll(Enumerable.Range(0, 10).Select(
                _ => server.ConnectAsync("GET /5000000 HTTP/1.1\r\nHost: h\r\n\r\n")));
            while (server.Kestrel.LimitRefusals == before)
            {
                await Task.Delay(10);
            }

            Assert.InRange(server.Kestrel.CommittedBytes, 0, Limit);
            foreach (Socket socket in sockets)
            {
                socket.Close(timeout: 0);
            }

            await server.ReturnedAsync();
            using HttpClient client = server.Client();
            Assert.Equal(Body.Of(300_000), await client.GetByteArrayAsync(new Uri("/300000", UriKind.Relative)));
        }

        await server.ReturnedAsync();
        Assert.NotEmpty(server.Refused);
        Assert.All(server.Refused, refusal => Assert.Contains($"'kestrel' cannot allocate", refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_does_not_fit_ends_its_connection_and_no_other()
    {
        await using Server server = await Server.StartAsync(builder => builder.UseBitSlab(o => o.MemoryLimit = Limit));
        using HttpClient other = server.Client(), client = server.Client();
        Assert.Equal(7, (await other.GetByteArrayAsync(new Uri("/7", UriKind.Relative))).Length);

        // Nothing of it has been sent: an answer that says so.
        using (HttpResponseMessage answer = await client.GetAsync(new Uri($"/{2 * Limit}?whole", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }

        Assert.NotEmpty(server.Refused);
        await server.ReturnedAsync();
        foreach (HttpClient either in new[] { other, client })
        {
            Assert.Equal(7, (await either.GetByteArrayAsync(new Uri("/7", UriKind.Relative))).Length);
        }
    }

    [Fact]
    public async Task Where_nothing_can_be_rented_the_connection_is_closed()
    {
        await using Server server = await Server.StartAsync(builder => builder.UseBitSlab(o => o.MemoryLimit = 1));
        for (int i = 0; i < 3; i++)
        {
            using Socket socket = await server.ConnectAsync("GET /7 HTTP/1.1\r\nHost: h\r\n\r\n");
            try
            {
                Assert.Equal(0, await socket.ReceiveAsync(new byte[100]));
            }
            catch (SocketException e)
            {
                Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
            }
        }

        Assert.True(server.Kestrel.LimitRefusals >= 3, $"{server.Kestrel}");
        Assert.Equal(0, server.Kestrel.LiveBlocks);
        Assert.NotEmpty(server.Refused);
    }
}
