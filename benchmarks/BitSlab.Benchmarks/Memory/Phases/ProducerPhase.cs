using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>Blocks of a thread that sleeps are freed by another.</summary>
internal sealed class ProducerPhase() : Phase(
    PhaseName, "one thread allocates 1,000,000 events and sleeps from then on; another frees all of them", idleSeconds: 15)
{
    public const string PhaseName = "producer-sleeps";

    public override PhaseRun Prepare<T>(PhaseScale scale) => new ProducerRun<T>(new EventTable(scale.Events, LargestEvent));

    private sealed class ProducerRun<T>(EventTable events) : PhaseRun
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly long _full = events.Bytes;
        private readonly WorkerThread _producer = new("producer");
        private readonly WorkerThread _consumer = new("consumer");

        public override void Run(PhaseLog log)
        {
            _producer.Begin(() => events.Fill<T>(0, events.Count));
            _producer.Wait();
            log.Mark(PhaseMark.Full, _full);
            _consumer.Begin(() => events.Free<T>(0, events.Count, 1));
            _consumer.Wait();
            log.Mark(PhaseMark.Freed, 0);
        }

        public override void Dispose()
        {
            _producer.Dispose();
            _consumer.Dispose();
            base.Dispose();
        }
    }
}
