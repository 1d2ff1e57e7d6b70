using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>A Kestrel under wrk. By hand: <c>bash scripts/kestrel-load.sh</c>.</summary>
public sealed partial class LoadTests(ITestOutputHelper output)
{
    private const int Connections = 100;
    private const int Rounds = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // All that has 300 KB goes both ways: wrk posts it, and the server sends it back.
    [Theory(Explicit = true)]
    [InlineData("/100", 0, 10_000)]
    [InlineData("/300000", 0, 500)]
    [InlineData("/echo", 300_000, 500)]
    public async Task After_many_requests_all_blocks_are_back_and_the_memory_goes(string path, int body, int least)
    {
        await using Server server = await Server.StartAsync();
        Task<Load> load = WrkAsync(server, path, body, seconds: 4);
        int aborted = 0;
        for (; !load.IsCompleted && aborted < 200; aborted++)
        {
            using Socket socket = await server.ConnectAsync("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\nxyz");
            await Task.Delay(5);
            // A reset, and no orderly end.
            socket.Close(timeout: 0);
        }

        Load done = await load;
        long loaded = server.Kestrel.CommittedBytes;
        Assert.True(done.Requests >= least, $"Only {done.Requests} requests.");
        await server.ReturnedAsync();
        // What a thread holds for its next blocks stays for a while: a slab for each size.
        long most = long.Max(loaded / 5, 4 << 20);
        Stopwatch watch = Stopwatch.StartNew();
        while (server.Kestrel.CommittedBytes > most && watch.Elapsed < s_patience)
        {
            await Task.Delay(100);
        }

        long left = server.Kestrel.CommittedBytes;
        string what = body == 0 ? $"GET {path}" : $"POST {path}, {body:N0} bytes each way";
        output.WriteLine(FormattableString.Invariant(
            $"{what}: {done.Requests:N0} requests on {Connections} connections that are kept alive, none failed (at least {least:N0})"));
        output.WriteLine(FormattableString.Invariant($"  {aborted} connections aborted beside it; all blocks are back"));
        output.WriteLine(FormattableString.Invariant(
            $"  {loaded >> 10:N0} KiB committed under load, {left >> 10:N0} KiB after {watch.Elapsed.TotalSeconds:0.0} s without a call"));
        Assert.InRange(left, 0, most);
    }

    [Theory(Explicit = true)]
    [InlineData("/100", 0)]
    [InlineData("/300000", 0)]
    [InlineData("/echo", 300_000)]
    public async Task Beside_the_framework_s_own_pool(string path, int body)
    {
        double[] framework = new double[Rounds], own = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            framework[round] = await MeasureAsync(Server.StartAsync(_ => { }));
            own[round] = await MeasureAsync(Server.StartAsync());
        }

        Array.Sort(framework);
        Array.Sort(own);
        output.WriteLine(FormattableString.Invariant(
            $"{(body == 0 ? "GET" : "POST")} {path}, requests per second, median of {Rounds}: the framework's pool {framework[Rounds / 2]:N0} ") +
            FormattableString.Invariant($"({framework[0]:N0} to {framework[^1]:N0}), BitSlab {own[Rounds / 2]:N0} ({own[0]:N0} to {own[^1]:N0}), ") +
            FormattableString.Invariant($"ratio {own[Rounds / 2] / framework[Rounds / 2]:0.00}"));

        async Task<double> MeasureAsync(Task<Server> starting)
        {
            await using Server server = await starting;
            await WrkAsync(server, path, body, seconds: 1);
            return (await WrkAsync(server, path, body, seconds: 2)).PerSecond;
        }
    }

    private static async Task<Load> WrkAsync(Server server, string path, int body, int seconds)
    {
        string script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, body == 0 ? "" : $"wrk.method = 'POST' wrk.body = string.rep('x', {body})");
            string arguments = $"-t2 -c{Connections} -d{seconds}s -s {script} {new Uri(server.Address, path)}";
            using Process process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
            string told = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.DoesNotContain("Socket errors", told, StringComparison.Ordinal);
            Assert.DoesNotContain("Non-2xx", told, StringComparison.Ordinal);
            return new Load(
                int.Parse(Requests().Match(told).Groups[1].Value, CultureInfo.InvariantCulture),
                double.Parse(PerSecond().Match(told).Groups[1].Value, CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    private readonly record struct Load(int Requests, double PerSecond);
}
