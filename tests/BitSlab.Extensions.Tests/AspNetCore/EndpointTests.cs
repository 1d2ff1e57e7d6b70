using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>Whatever Kestrel listens to over sockets, and whatever it speaks there: what is sent arrives, and all blocks come back.</summary>
public sealed class EndpointTests
{
    private static readonly int[] s_sizes = [0, 1, 4_096, 20_000, 300_000];

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Under_TLS(HttpProtocols protocol)
    {
        using X509Certificate2 certificate = Certificate();
        await using Server server = await Server.StartAsync(
            builder => builder.UseBitSlab(),
            o => o.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocol;
                listen.UseHttps(certificate);
            }));
        using HttpClient client = server.Client(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, got, _, _) => got!.GetCertHashString() == certificate.GetCertHashString(),
            },
        });
        await ExchangeAsync(server, client, protocol);
    }

    [Fact]
    public async Task In_HTTP_2_without_TLS()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.UseBitSlab(), o => o.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        using HttpClient client = server.Client();
        await ExchangeAsync(server, client, HttpProtocols.Http2);
    }

    [Fact]
    public async Task At_a_Unix_domain_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"bitslab-{Guid.NewGuid():N}.socket");
        await using (Server server = await Server.StartAsync(builder => builder.UseBitSlab(), o => o.ListenUnixSocket(path)))
        {
            using HttpClient client = server.Client(new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
            client.BaseAddress = new Uri("http://localhost");
            await ExchangeAsync(server, client);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task At_the_loopback_of_IPv6()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        await using Server server = await Server.StartAsync(builder => builder.UseBitSlab(), o => o.Listen(IPAddress.IPv6Loopback, 0));
        Assert.Equal("[::1]", server.Address.Host);
        using HttpClient client = server.Client();
        await ExchangeAsync(server, client);
    }

    [Fact]
    public async Task At_several_addresses_that_share_one_allocator()
    {
        await using Server server = await Server.StartAsync(builder => builder.UseBitSlab(), o =>
        {
            o.Listen(IPAddress.Loopback, 0);
            o.Listen(IPAddress.Loopback, 0);
            o.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        string[] addresses = [.. server.App.Urls];
        Assert.Equal(3, addresses.Distinct().Count());
        foreach (string address in addresses)
        {
            using HttpClient client = server.Client();
            client.BaseAddress = new Uri(address);
            await ExchangeAsync(server, client);
        }

        Assert.Equal("kestrel", Assert.Single(server.Pools.GetStatistics()).Key);
    }

    [Fact]
    public async Task An_address_that_is_in_use_is_told_as_ever()
    {
        await using Server server = await Server.StartAsync();
        IOException e = await Assert.ThrowsAsync<IOException>(
            () => Server.StartAsync(builder => builder.UseBitSlab(), o => o.Listen(IPAddress.Loopback, server.Address.Port)));
        Assert.Contains("address already in use", e.Message, StringComparison.Ordinal);
    }

    private static async Task ExchangeAsync(Server server, HttpClient client, HttpProtocols protocol = HttpProtocols.Http1)
    {
        client.DefaultRequestVersion = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        IEnumerable<Task> exchanges = s_sizes.SelectMany(size => new[] { EchoAsync(size), GetAsync(size, ""), GetAsync(size, "?pieces") });
        await Task.WhenAll(exchanges);
        Assert.True(server.Kestrel.Slabs > 0, "Nothing was rented.");
        client.Dispose();
        await server.ReturnedAsync();

        async Task EchoAsync(int size)
        {
            byte[] body = Body.Of(size);
            using ByteArrayContent content = new(body);
            using HttpResponseMessage response = await client.PostAsync(new Uri("/echo", UriKind.Relative), content);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        }

        async Task GetAsync(int size, string how) =>
            Assert.Equal(Body.Of(size), await client.GetByteArrayAsync(new Uri($"/{size}{how}", UriKind.Relative)));
    }

    private static X509Certificate2 Certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
