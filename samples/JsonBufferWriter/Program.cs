using System;
using System.Buffers;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BitSlab;

namespace JsonBufferWriter;

/// <summary>The same JSON messages by the same writer: into one SlabBufferWriter, and into a new array for each.</summary>
internal static class Program
{
    private const int BadInput = 2;

    // Enough to have the runtime compile what it has learnt, and for the objects behind segments to come round.
    private const int WarmUpMessages = 10_000;

    private static int Main(string[] args)
    {
        Option<int> messages = new("--messages")
        {
            Description = "Messages to write, a whole number from 1.",
            DefaultValueFactory = _ => 100_000,
            CustomParser = given =>
            {
                string text = given.Tokens[0].Value;
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
                {
                    given.AddError($"--messages must be a whole number from 1, not '{text}'.");
                }

                return number;
            },
        };
        RootCommand command = new("Writes and reads JSON messages of some 2.4 KB, in native memory and in arrays.") { messages };
        command.SetAction(result => Run(result.GetValue(messages)));
        ParseResult parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"JsonBufferWriter: {parsed.Errors[0].Message}");
            return BadInput;
        }

        return parsed.Invoke();
    }

    private static int Run(int messages)
    {
        using SlabAllocator memory = new(new SlabAllocatorOptions { Name = "json" });
        using SlabBufferWriter buffer = new(memory);
        ReadOnlySequence<byte> OnSlabs(Utf8JsonWriter json, int number)
        {
            buffer.Clear();
            json.Reset(buffer);
            Message.Write(json, number);
            return buffer.WrittenSequence;
        }

        static ReadOnlySequence<byte> OnArrays(Utf8JsonWriter json, int number)
        {
            ArrayBufferWriter<byte> array = new();
            json.Reset(array);
            Message.Write(json, number);
            return new ReadOnlySequence<byte>(array.WrittenMemory);
        }

        Measure(OnSlabs, WarmUpMessages);
        Measure(OnArrays, WarmUpMessages);
        Console.WriteLine("| buffer | messages/s | MB/s | GC B/message | collections | sum |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        Print("SlabBufferWriter", messages, Measure(OnSlabs, messages));
        Print("ArrayBufferWriter", messages, Measure(OnArrays, messages));
        Console.WriteLine(FormattableString.Invariant(
            $"The writer holds {buffer.Capacity:N0} bytes for the next message, its allocator {memory.GetStatistics().LiveBytes:N0}."));
        return 0;
    }

    private static Measurement Measure(Func<Utf8JsonWriter, int, ReadOnlySequence<byte>> write, int messages)
    {
        using Utf8JsonWriter json = new(new ArrayBufferWriter<byte>(1));
        long garbage = GC.GetAllocatedBytesForCurrentThread();
        int collections = GC.CollectionCount(0);
        long begin = Stopwatch.GetTimestamp();
        long bytes = 0;
        long sum = 0;
        for (int number = 0; number < messages; number++)
        {
            ReadOnlySequence<byte> written = write(json, number);
            bytes += written.Length;
            sum += Message.Sum(written);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        garbage = GC.GetAllocatedBytesForCurrentThread() - garbage;
        return new Measurement(elapsed, bytes, garbage, GC.CollectionCount(0) - collections, sum);
    }

    private static void Print(string buffer, int messages, Measurement run)
    {
        double seconds = run.Elapsed.TotalSeconds;
        double garbage = (double)run.Garbage / messages;
        Console.WriteLine(FormattableString.Invariant(
            $"| {buffer} | {messages / seconds:N0} | {run.Bytes / seconds / 1e6:N0} | {garbage:N1} | {run.Collections} | {run.Sum} |"));
    }

    private sealed record Measurement(TimeSpan Elapsed, long Bytes, long Garbage, int Collections, long Sum);
}
