using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using BitSlab;

namespace NativeAot;

/// <summary>BitSlab in a program that is native code throughout: events from several threads become one JSON text.</summary>
internal static class Program
{
    private const int Producers = 4;
    private const int Events = 25_000;

    private static async Task<int> Main()
    {
        using SlabAllocator memory = new(new SlabAllocatorOptions { Name = "native", MemoryLimit = 64 << 20, TrackBuffers = true });
        using (SlabBufferWriter text = new(memory))
        {
            (long count, long sum) = await SendAsync(memory);
            WriteJson(text, count, sum);
            Console.WriteLine(Encoding.UTF8.GetString(text.WrittenSpan));
        }

        using SlabMemoryPool<int> pool = new(new SlabMemoryPoolOptions { Allocator = memory });
        using (SlabMemoryOwner<int> owner = pool.RentOwner(1_100))
        {
            owner.GetSpan().Fill(7);
            Console.WriteLine($"rented: {owner.Length} of {owner.Capacity}, sum {owner.GetSpan().ToArray().Sum()}");
        }

        SlabBuffer<byte> buffer = new(100, memory);
        SlabBuffer<byte> copy = buffer;
        buffer.Dispose();
        Console.WriteLine($"use after disposal: {Caught(() => copy.Span.Clear())}");
        Console.WriteLine($"beyond the limit: {Caught(() => new SlabBuffer<byte>(65 << 20, memory).Dispose())}");
        SlabStatistics now = memory.GetStatistics();
        Console.WriteLine($"live blocks: {now.LiveBlocks}");
        return now.LiveBlocks == 0 ? 0 : 1;
    }

    /// <summary>Threads of their own send, and end: what they held passes to others.</summary>
    private static async Task<(long Count, long Sum)> SendAsync(SlabAllocator memory)
    {
        using SlabEventQueue queue = new(new SlabEventQueueOptions { Capacity = 1_000, Allocator = memory });
        Thread[] producers = [.. Enumerable.Range(0, Producers).Select(_ => new Thread(() => Send(queue)))];
        Array.ForEach(producers, producer => producer.Start());
        Task ends = Task.Run(() =>
        {
            Array.ForEach(producers, producer => producer.Join());
            queue.Complete();
        });
        long count = 0;
        long sum = 0;
        await foreach (SlabEvent item in queue.ReadAllAsync())
        {
            count++;
            sum += MemoryMarshal.Read<int>(item.Span);
            item.Dispose();
        }

        await ends;
        return (count, sum);
    }

    private static void Send(SlabEventQueue queue)
    {
        byte[] message = new byte[300];
        for (int number = 0; number < Events; number++)
        {
            MemoryMarshal.Write(message, number);
            ReadOnlyMemory<byte> taken = message.AsMemory(0, 4 + (number % 297));
            queue.EnqueueAsync(taken).AsTask().Wait();
        }
    }

    private static void WriteJson(SlabBufferWriter text, long count, long sum)
    {
        using Utf8JsonWriter json = new(text);
        json.WriteStartObject();
        json.WriteNumber("events"u8, count);
        json.WriteNumber("sum"u8, sum);
        json.WriteEndObject();
    }

    private static string Caught(Action action)
    {
        try
        {
            action();
            return "nothing";
        }
        catch (Exception e) when (e is ObjectDisposedException or SlabMemoryLimitException)
        {
            return e.GetType().Name;
        }
    }
}
