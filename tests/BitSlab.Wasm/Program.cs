using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace BitSlab.Wasm;

/// <summary>
/// Runs all tests of the assembly, case by case, or with "speed LABEL ROUNDS" the works of <see cref="Speed"/>. The framework's own programs want to read the assembly's file, and a thread for their
/// messages: neither is there.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["speed", string label, string rounds])
        {
            Speed.Print(label, int.Parse(rounds, CultureInfo.InvariantCulture));
            return 0;
        }

        TestContext.SetForInitialization(diagnosticMessageSink: null, diagnosticMessages: false, internalDiagnosticMessages: false);
        Assembly assembly = typeof(Program).Assembly;
        await using XunitTestFramework framework = new();
        List<IXunitTestCase> cases = [];
        await framework.GetDiscoverer(assembly).Find(
            test =>
            {
                cases.Add((IXunitTestCase)test);
                return new ValueTask<bool>(true);
            },
            TestFrameworkOptions.ForDiscovery(new TestAssemblyConfiguration()));

        using Tally tally = new();
        using CancellationTokenSource cancellation = new();
        await using ExecutionScheduler scheduler = ExecutionScheduler.CreateUnlimited();
        foreach (IXunitTestCase test in cases)
        {
            await using FixtureMappingManager fixtures = new("Method", (FixtureMappingManager?)null);
            await XunitRunnerHelper.RunXunitTestCase(
                test, tally, cancellation, ParallelMode.None, scheduler, ExceptionAggregator.Create(), ExplicitOption.Off, [], fixtures);
        }

        Console.WriteLine($"{8 * nint.Size} bits: {tally.Passed} passed, {tally.Failed} failed, {tally.Skipped} skipped");
        return tally.Failed == 0 && tally.Passed > 0 ? 0 : 1;
    }

    /// <summary>Counts, and tells what failed, at once.</summary>
    private sealed class Tally : IMessageBus
    {
        private readonly Dictionary<string, string> _names = [];

        public int Passed { get; private set; }

        public int Failed { get; private set; }

        public int Skipped { get; private set; }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestStarting start:
                    _names[start.TestUniqueID] = start.TestDisplayName;
                    break;

                case ITestPassed:
                    Passed++;
                    break;

                case ITestSkipped:
                    Skipped++;
                    break;

                case ITestFailed failed:
                    Report(_names[failed.TestUniqueID], failed);
                    break;

                // What fails around the tests: a clean-up, the framework.
                case IErrorMetadata error:
                    Report(message.GetType().Name, error);
                    break;

                default:
                    break;
            }

            return true;
        }

        public void Dispose()
        {
        }

        private void Report(string what, IErrorMetadata error)
        {
            Failed++;
            Console.WriteLine($"FAILED {what}: {error.ExceptionTypes[0]} {error.Messages[0]}{Environment.NewLine}{error.StackTraces[0]}");
        }
    }
}
