using System.Threading.Tasks;

namespace EventPipeline;

/// <summary>Several producers, a queue, a filter, a queue, a sink.</summary>
internal interface IPipeline
{
    string Name { get; }

    /// <summary>Sends the load through; completes when the sink has had the last event.</summary>
    Task RunAsync(Load load, Sink sink);
}
