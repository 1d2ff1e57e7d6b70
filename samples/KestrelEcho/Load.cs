using System;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using BitSlab;
using BitSlab.AspNetCore;

namespace KestrelEcho;

/// <summary>Clients that post bodies to the server and compare what comes back.</summary>
internal static class Load
{
    private const int Clients = 8;
    private const int BodyBytes = 16 << 10;

    // For Kestrel to notice that the clients have gone.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs and prints.</summary>
    /// <returns>Whether all answers were right and all blocks came back.</returns>
    public static async Task<bool> RunAsync(Uri address, int requests, BitSlabMemoryPoolFactory pools)
    {
        int left = requests;
        int wrong = 0;
        long peak = 0;
        long begin = Stopwatch.GetTimestamp();
        using (Timer looks = new(_ => peak = Math.Max(peak, Total(pools, one => one.LiveBlocks)), null, TimeSpan.Zero, s_betweenLooks))
        using (SocketsHttpHandler handler = new() { UseProxy = false })
        using (HttpClient http = new(handler))
        {
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(ClientAsync));
            async Task ClientAsync(int client)
            {
                byte[] body = new byte[BodyBytes];
                Array.Fill(body, (byte)client);
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    using ByteArrayContent content = new(body);
                    using HttpResponseMessage answer = await http.PostAsync(address, content);
                    if (!(await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(body))
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
            }
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        long committed = Total(pools, one => one.CommittedBytes);
        long patience = Stopwatch.GetTimestamp();
        while (Total(pools, one => one.LiveBlocks) != 0 && Stopwatch.GetElapsedTime(patience) < s_patience)
        {
            await Task.Delay(s_betweenLooks);
        }

        long live = Total(pools, one => one.LiveBlocks);
        pools.Trim();
        long trimmed = Total(pools, one => one.CommittedBytes);
        double rate = requests / elapsed.TotalSeconds;
        Console.WriteLine(FormattableString.Invariant(
            $"{requests:N0} requests of {BodyBytes:N0} bytes, {wrong} answered wrongly: {rate:N0} per second"));
        Console.WriteLine(FormattableString.Invariant($"blocks rented: up to {peak:N0}, now {live}"));
        Console.WriteLine(FormattableString.Invariant(
            $"memory: {committed >> 10:N0} KiB under load, {trimmed >> 10:N0} KiB after Trim"));
        return wrong == 0 && live == 0;
    }

    private static long Total(BitSlabMemoryPoolFactory pools, Func<SlabStatistics, long> figure) =>
        pools.GetStatistics().Values.Sum(figure);
}
