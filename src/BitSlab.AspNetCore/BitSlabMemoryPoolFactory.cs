using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using Microsoft.AspNetCore.Connections;

namespace BitSlab.AspNetCore;

/// <summary>
/// Makes the memory pools of the servers, Kestrel before all, on native memory. Each owner of pools, as the server names itself, has an
/// allocator of its own, with the owner's name where the options set none: its pools share it. Safe on any thread.
/// </summary>
/// <remarks>
/// Memory that lies idle goes back to the operating system by itself (<see cref="BitSlabOptions.IdleGiveBack"/>); <see cref="Trim"/> does it at
/// once. A pool may be disposed while blocks of it are rented: they stay valid, and go back when they are disposed.
/// </remarks>
public sealed class BitSlabMemoryPoolFactory : IMemoryPoolFactory<byte>, IDisposable
{
    // As often as Kestrel's own heartbeat: enough for a curve, and little beside the counting of bits.
    private static readonly TimeSpan s_tellPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OwnerMemory> _owners = [];
    private readonly SlabAllocatorOptions _options;
    private readonly MemoryPoolMeter? _meter;
    private readonly Timer? _timer;
    private bool _isDisposed;

    /// <summary>Makes a factory. It takes memory when a server first needs some.</summary>
    /// <param name="options">The options of each owner's allocator; null for the defaults.</param>
    /// <param name="meters">
    /// What makes the meter <c>Microsoft.AspNetCore.MemoryPool</c>, which is told once a second while somebody listens; null for none.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of its range, or does not fit another. The message names it.</exception>
    /// <exception cref="System.IO.IOException">The file of <see cref="BitSlabOptions.SizeClassesFile"/> cannot be read.</exception>
    public BitSlabMemoryPoolFactory(BitSlabOptions? options = null, IMeterFactory? meters = null)
    {
        _options = (options ?? new BitSlabOptions()).Build();
        _options.Validate();
        if (meters != null)
        {
            _meter = new MemoryPoolMeter(meters);
            _timer = new Timer(static factory => ((BitSlabMemoryPoolFactory)factory!).TryTell(), this, s_tellPeriod, s_tellPeriod);
        }
    }

    /// <summary>Makes a pool. Its blocks have 4,096 bytes where no size is asked for.</summary>
    /// <param name="options">Names the owner; null, or a null or empty name, for the one owner without a name.</param>
    /// <returns>The pool, for the server to dispose.</returns>
    /// <exception cref="ObjectDisposedException">The factory is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory or the address space.</exception>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        string owner = options?.Owner ?? "";
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_owners.TryGetValue(owner, out OwnerMemory? memory))
            {
                string name = _options.Name ?? (owner.Length == 0 ? "aspnetcore" : owner);
#pragma warning disable CA2000 // left to its finalizer: see Dispose
                memory = new OwnerMemory(owner, new SlabAllocator(_options with { Name = name }));
#pragma warning restore CA2000
                _owners.Add(owner, memory);
            }

            return new ServerMemoryPool(memory, _meter);
        }
    }

    /// <summary>
    /// What the allocators of all owners hold, by owner; the empty name for the owner without one. Empty before the first pool.
    /// </summary>
    public IReadOnlyDictionary<string, SlabStatistics> GetStatistics() =>
        Owners().ToDictionary(entry => entry.Key, entry => entry.Value.Allocator.GetStatistics());

    /// <summary>Gives all memory that is in no rented block back to the operating system.</summary>
    /// <returns>The bytes given back.</returns>
    public long Trim() => Owners().Sum(entry => checked((long)entry.Value.Allocator.Trim()));

    /// <summary>
    /// Makes no more pools, and gives the memory that is not rented back. Pools that are there go on, and so do rented blocks: an application may
    /// still hold some when its server is gone. The rest goes back when they are disposed. Twice does nothing.
    /// </summary>
    public void Dispose()
    {
        KeyValuePair<string, OwnerMemory>[] owners;
        lock (_lock)
        {
            owners = [.. _owners];
            _owners.Clear();
            _isDisposed = true;
        }

        _timer?.Dispose();
        // Not disposed: a thread that the server did not wait for may be inside a call. The finalizer does it once no block lives.
        foreach ((_, OwnerMemory memory) in owners)
        {
            memory.Allocator.Trim();
            if (_meter != null)
            {
                memory.TellEnd(_meter);
            }
        }
    }

    /// <summary>What the timer does: tells the meter how far the figures of the allocators have gone, where somebody listens.</summary>
    internal void Tell()
    {
        if (_meter is not { WantsFigures: true })
        {
            return;
        }

        foreach ((_, OwnerMemory memory) in Owners())
        {
            memory.Tell(_meter);
        }
    }

    private KeyValuePair<string, OwnerMemory>[] Owners()
    {
        lock (_lock)
        {
            return [.. _owners];
        }
    }

    private void TryTell()
    {
        try
        {
            Tell();
        }
#pragma warning disable CA1031 // what a listener throws is no reason to end the process; it hears the rest the next time
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
