using System;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>A Kestrel under wrk. By hand: <c>bash scripts/kestrel-load.sh</c>.</summary>
public sealed partial class LoadTests(ITestOutputHelper output)
{
    private const int Connections = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory(Explicit = true)]
    [InlineData("/100", 10_000)]
    [InlineData("/300000", 500)]
    public async Task After_many_requests_all_blocks_are_back_and_the_memory_goes(string path, int least)
    {
        await using Server server = await Server.StartAsync();
        string told = await RunAsync("wrk", $"-t2 -c{Connections} -d3s {new Uri(server.Address, path)}");
        output.WriteLine(told);
        long loaded = server.Kestrel.CommittedBytes;
        Assert.DoesNotContain("Socket errors", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Non-2xx", told, StringComparison.Ordinal);
        int requests = int.Parse(Requests().Match(told).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(requests >= least, $"Only {requests} requests.");

        await server.ReturnedAsync();
        // What a thread holds for its next blocks stays for a while: a slab for each size.
        long most = long.Max(loaded / 5, 4 << 20);
        Stopwatch watch = Stopwatch.StartNew();
        while (server.Kestrel.CommittedBytes > most && watch.Elapsed < s_patience)
        {
            await Task.Delay(100);
        }

        output.WriteLine(FormattableString.Invariant(
            $"{loaded} bytes under load, {server.Kestrel.CommittedBytes} after {watch.Elapsed.TotalSeconds:0.0} s without any"));
        Assert.InRange(server.Kestrel.CommittedBytes, 0, most);
    }

    private static async Task<string> RunAsync(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return told;
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();
}
