using System;
using System.Threading;

namespace BitSlab.Traces;

/// <summary>Trims an allocator all the time, so that whatever maintenance may do is done beside every operation of a replay.</summary>
internal sealed class TrimmingThread : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stops;

    public TrimmingThread(SlabAllocator allocator)
    {
        _thread = new Thread(() =>
        {
            while (!_stops)
            {
                allocator.Trim();
            }
        })
        {
            IsBackground = true,
            Name = "trim",
        };
        _thread.Start();
    }

    public void Dispose()
    {
        _stops = true;
        _thread.Join();
    }
}
