using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Model;

/// <summary>Runs steps on real allocators and on their models, and compares the two.</summary>
public sealed class Machine : IDisposable
{
    private const int StepsBetweenChecks = 20;

    private readonly Subject[] _subjects;
    private readonly BlockModel[] _models;
    private readonly List<nint>[] _freed;
    private Worker[] _threads;
    private readonly nuint _alignment;
    private uint _seed;
    private int _steps;

    public Machine(SlabAllocatorOptions options, int allocators, Worker[] threads)
    {
        ArgumentNullException.ThrowIfNull(options);
        _subjects = [.. Enumerable.Range(0, allocators).Select(i => Subject.Of(i % 2 == 0 ? Face.Instance : Face.Handle, options))];
        _models = [.. _subjects.Select(_ => new BlockModel())];
        _freed = [.. _subjects.Select(_ => new List<nint>())];
        _threads = threads;
        _alignment = (nuint)options.MinimumAlignment;
    }

    /// <summary>Further steps run on these threads.</summary>
    public void Continue(Worker[] threads) => _threads = threads;

    /// <summary>Runs a sequence; throws where allocator and model differ.</summary>
    /// <param name="operations">The steps.</param>
    /// <param name="last">Whether to free everything afterwards.</param>
    public void Run(Operation[] operations, bool last)
    {
        ArgumentNullException.ThrowIfNull(operations);
        foreach (Operation operation in operations)
        {
            if (_threads.Length == 0)
            {
                Apply(operation);
            }
            else
            {
                _threads[operation.Thread % _threads.Length].Run(() => Apply(operation));
            }

            if (++_steps % StepsBetweenChecks == 0)
            {
                Check();
            }
        }

        Check();
        for (int i = 0; last && i < _subjects.Length; i++)
        {
            _subjects[i].FreeBatch([.. _models[i].Blocks.Select(b => b.Address)]);
            Whole.Holds(_subjects[i].Allocator, 0, 0);
        }
    }

    public void Dispose()
    {
        foreach (Subject subject in _subjects)
        {
            subject.Dispose();
        }
    }

    /// <summary>Statistics, walk and contents are the model's, and no two blocks of any allocators overlap.</summary>
    private void Check()
    {
        for (int i = 0; i < _subjects.Length; i++)
        {
            _models[i].VerifyContents();
            _models[i].Agrees(_subjects[i].Allocator.GetStatistics());
            var walk = new List<(nint, nuint)>();
            foreach (SlabBlock block in _subjects[i].Allocator.EnumerateBlocks())
            {
                walk.Add((block.Address, block.UsableSize));
            }

            _models[i].Agrees(walk);
        }

        Assert.Null(Overlaps.Find([.. _models.SelectMany(m => m.Blocks).Select(b => (b.Address, b.Usable))]));
    }

    private void Apply(Operation operation)
    {
        int index = operation.Allocator % _subjects.Length;
        Subject subject = _subjects[index];
        BlockModel model = _models[index];
        var size = (nuint)operation.Size;
        nint block;
        switch (operation.Step)
        {
            case Step.Alloc:
                Add(index, subject.Alloc(size), size, _alignment);
                break;
            case Step.AllocZeroed:
                block = subject.AllocZeroed(size);
                Assert.True(Pattern.IsZero(block, size), "A zeroed block is not zero.");
                Add(index, block, size, _alignment);
                break;
            case Step.AlignedAlloc:
                Add(index, subject.AlignedAlloc(size, operation.Alignment), size, operation.Alignment);
                break;
            case Step.TryAlloc:
                Assert.True(subject.TryAlloc(size, out block));
                Add(index, block, size, _alignment);
                break;
            case Step.Trim:
                subject.Allocator.Trim();
                break;
            case Step.Reset:
                subject.Allocator.Reset();
                _freed[index].AddRange(model.Blocks.Select(b => b.Address));
                model.Clear();
                break;
            default:
                if (model.Count > 0)
                {
                    ApplyToLive(operation, index, subject, model);
                }

                break;
        }
    }

    private void ApplyToLive(Operation operation, int index, Subject subject, BlockModel model)
    {
        BlockModel.Block picked = model.Pick(operation.Pick);
        switch (operation.Step)
        {
            case Step.Realloc:
            case Step.AlignedRealloc:
                Move(operation, index, subject, picked);
                break;
            case Step.Free:
                subject.Free(Remove(index, picked));
                break;
            case Step.FreeAsStatic:
                FreeAsStatic(Remove(index, picked));
                break;
            case Step.FreeBatch:
            case Step.FreeBatchWithFaults:
                Batch(operation, index, subject);
                break;
            case Step.FreeMost:
                while (model.Count > 1 + (operation.Pick % 3))
                {
                    subject.Free(Remove(index, model.Pick(operation.Pick)));
                }

                break;
            case Step.FreeStale when _freed[index].Count > 0:
                nint stale = _freed[index][operation.Pick % _freed[index].Count];
                if (!model.Contains(stale))
                {
                    Refused.AsAny(stale, () => subject.Free(stale));
                }

                break;
            case Step.FreeInside:
                nint inside = picked.Address + 1 + (operation.Pick % (int)picked.Usable);
                if (!model.Contains(inside))
                {
                    Refused.AsAny(inside, () => subject.Free(inside));
                    Refused.AsAny(inside, () => subject.Realloc(inside, 10));
                    Refused.AsAny(inside, () => subject.GetUsableSize(inside));
                }

                break;
            default:
                break;
        }
    }

    private void Move(Operation operation, int index, Subject subject, BlockModel.Block picked)
    {
        var size = (nuint)operation.Size;
        bool aligned = operation.Step == Step.AlignedRealloc;
        Pattern.Verify(picked.Address, picked.Size, picked.Seed);
        _models[index].Remove(picked.Address);
        nint moved = aligned ? subject.AlignedRealloc(picked.Address, size, operation.Alignment) : subject.Realloc(picked.Address, size);
        if (moved != picked.Address)
        {
            _freed[index].Add(picked.Address);
        }

        nuint kept = nuint.Min(size, picked.Size);
        Assert.True(Pattern.Holds(moved, picked.Size, kept, picked.Seed), $"A realloc from {picked.Size} to {size} bytes lost contents.");
        Add(index, moved, size, aligned ? operation.Alignment : _alignment);
    }

    private void Batch(Operation operation, int index, Subject subject)
    {
        BlockModel model = _models[index];
        var batch = new List<nint>();
        int wanted = 1 + (operation.Pick % 40);
        int refused = 0;
        while (model.Count > 0 && batch.Count < wanted)
        {
            BlockModel.Block picked = model.Pick((operation.Pick * 7) + batch.Count);
            nint block = Remove(index, picked);
            batch.Add(block);
            if (batch.Count % 3 == 0)
            {
                batch.Add(0);
            }

            if (operation.Step == Step.FreeBatchWithFaults && batch.Count % 4 == 1)
            {
                // Behind a block of one byte stands the next block.
                batch.Add(batch.Count % 8 == 2 || picked.Usable <= 1 ? block : block + 1);
                refused++;
            }
        }

        if (refused == 0)
        {
            subject.FreeBatch([.. batch]);
        }
        else
        {
            InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch([.. batch]));
            Assert.Equal((refused, thrown.Address), (thrown.RefusedCount, batch[thrown.BatchIndex]));
        }
    }

    private void Add(int index, nint address, nuint size, nuint alignment)
    {
        var block = new BlockModel.Block(address, size, _subjects[index].GetUsableSize(address), ++_seed);
        _models[index].Add(block, nuint.Max(alignment, _alignment));
        Pattern.Fill(address, size, block.Seed);
    }

    private nint Remove(int index, BlockModel.Block block)
    {
        Pattern.Verify(block.Address, block.Size, block.Seed);
        _models[index].Remove(block.Address);
        _freed[index].Add(block.Address);
        return block.Address;
    }

    private static unsafe void FreeAsStatic(nint block) => SlabMemory.Free((void*)block);
}
