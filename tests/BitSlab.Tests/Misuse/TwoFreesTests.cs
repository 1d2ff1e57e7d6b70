using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Misuse;

/// <summary>
/// One block freed twice, by its owner's thread and by others, in every order, with realloc, collection and maintenance
/// between: refused at once or reported later, never handed out twice, no innocent call harmed.
/// </summary>
public sealed class TwoFreesTests : IDisposable
{
    private const int Size = 192;

    private readonly Worker _owner = new();
    private readonly Worker _a = new();
    private readonly Worker _b = new();

    /// <summary>Who ends the block's life, and how.</summary>
    public enum End
    {
        OwnerFrees,
        OtherFrees,
        ThirdFrees,
        OwnerFreesInBatch,
        OtherFreesInBatch,
        OwnerReallocates,
        OtherReallocates,
    }

    /// <summary>What happens between the two.</summary>
    public enum Between
    {
        Nothing,
        Statistics,
        OtherTrims,
        OwnerTrims,
        OwnerCollects,
        OwnerReallocatesNeighbour,
        OtherFreesNeighbour,
        OwnerFreesNeighbour,
    }

    public static TheoryData<End, bool> Firsts
    {
        get
        {
            var data = new TheoryData<End, bool>();
            foreach (End first in Enum.GetValues<End>())
            {
                data.Add(first, true);
                data.Add(first, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Firsts))]
    public void Every_order_is_refused_or_reported(End first, bool fullSlab)
    {
        foreach (Between between in Enum.GetValues<Between>())
        {
            foreach (End second in Enum.GetValues<End>())
            {
                try
                {
                    new Case(this, fullSlab).Check(first, between, second);
                }
                catch (Exception e)
                {
                    string slab = fullSlab ? "full" : "half full";
                    throw new InvalidOperationException($"{first}, {between}, {second}, slab {slab}: {e.Message}", e);
                }
            }
        }
    }

    public void Dispose()
    {
        _owner.Dispose();
        _a.Dispose();
        _b.Dispose();
    }

    private sealed class Case
    {
        private readonly TwoFreesTests _threads;
        private readonly Subject _subject = Subject.Of(Face.Instance);
        private readonly ConcurrentQueue<InvalidFreeDetectedEventArgs> _reports = new();
        private readonly HashSet<nint> _live = [];
        private readonly nint _block;
        private int _capacity;

        public Case(TwoFreesTests threads, bool fullSlab)
        {
            _threads = threads;
            _subject.Allocator.InvalidFreeDetected += (_, e) => _reports.Enqueue(e);
            threads._owner.Run(() =>
            {
                _live.Add(_subject.Alloc(Size));
                _capacity = (int)_subject.Allocator.GetStatistics().SizeClasses.Single().Capacity;
                while (_live.Count < (fullSlab ? _capacity : _capacity / 2))
                {
                    _live.Add(_subject.Alloc(Size));
                }

                foreach (nint block in _live)
                {
                    Pattern.Fill(block, Size, Pattern.SeedOf(block));
                }
            });
            _block = _live.ElementAt(_live.Count / 3);
        }

        public void Check(End first, Between between, End second)
        {
            Assert.Null(Do(first));
            _live.Remove(_block);
            AssertLive();
            Do(between);
            AssertLive();
            bool caught = Do(second) is not null;
            AssertLive();
            bool seenByOwnWord = first is End.OwnerFrees or End.OwnerFreesInBatch or End.OwnerReallocates;
            bool seenByRemoteWord = second is not (End.OwnerFrees or End.OwnerFreesInBatch or End.OwnerReallocates);
            Assert.True(caught || !(seenByOwnWord || seenByRemoteWord), "Was not refused at once.");
            UseEveryBlockOnce();
            if (!caught)
            {
                Assert.Contains(_reports, r => r.Address == _block && r.Kind == InvalidBlockKind.DoubleFree);
            }
            else
            {
                Assert.Empty(_reports);
            }

            bool bothWereFrees = second is not (End.OwnerReallocates or End.OtherReallocates);
            Assert.True(!bothWereFrees || _subject.Allocator.GetStatistics().InvalidFrees == 1, "The refused free was not counted once.");
            _threads._owner.Run(() => _subject.FreeBatch([.. _live]));
            Whole.Empty(_subject.Allocator);
            _subject.Dispose();
        }

        private void AssertLive()
        {
            Assert.Equal(_live.Count, _subject.Allocator.GetStatistics().LiveBlocks);
            foreach (nint block in _live)
            {
                Pattern.Verify(block, Size, Pattern.SeedOf(block));
            }
        }

        /// <summary>The owner runs through the slab and on: collects, and gets each free block at most once.</summary>
        private void UseEveryBlockOnce() => _threads._owner.Run(() =>
        {
            var got = new List<nint>();
            for (int i = 0; i < _capacity * 3; i++)
            {
                got.Add(_subject.Alloc(Size));
            }

            Assert.True(Overlaps.AllDistinct([.. got, .. _live]), "A block was handed out twice.");
            _subject.FreeBatch([.. got]);

            // Once more: what a first collection only recorded is raised from a later slow path.
            for (int i = 0; i < got.Count; i++)
            {
                got[i] = _subject.Alloc(Size);
            }

            Assert.True(Overlaps.AllDistinct([.. got, .. _live]), "A block was handed out twice.");
            _subject.FreeBatch([.. got]);
        });

        private InvalidBlockException? Do(End end) => end switch
        {
            End.OwnerFrees => Try(_threads._owner, () => _subject.Free(_block)),
            End.OtherFrees => Try(_threads._a, () => _subject.Free(_block)),
            End.ThirdFrees => Try(_threads._b, () => _subject.AlignedFree(_block)),
            End.OwnerFreesInBatch => Try(_threads._owner, () => _subject.FreeBatch(_block)),
            End.OtherFreesInBatch => Try(_threads._a, () => _subject.FreeBatch(0, _block)),
            End.OwnerReallocates => Try(_threads._owner, Move),
            _ => Try(_threads._a, Move),
        };

        /// <summary>A realloc that moves the block ends the life of its address; the new block is freed at once.</summary>
        private void Move() => _subject.Free(_subject.Realloc(_block, 5000));

        private void Do(Between between)
        {
            nint neighbour = _live.First();
            switch (between)
            {
                case Between.Statistics:
                    _threads._b.Run(() => Whole.NotNegative(_subject.Allocator.GetStatistics()));
                    break;
                case Between.OtherTrims:
                    _threads._b.Run(() => _subject.Allocator.Trim());
                    break;
                case Between.OwnerTrims:
                    _threads._owner.Run(() => _subject.Allocator.Trim());
                    break;
                case Between.OwnerCollects:
                    UseEveryBlockOnce();
                    break;
                case Between.OwnerReallocatesNeighbour:
                    _live.Remove(neighbour);
                    _threads._owner.Run(() => _subject.Free(_subject.Realloc(neighbour, 4000)));
                    break;
                case Between.OtherFreesNeighbour:
                    _live.Remove(neighbour);
                    _threads._a.Run(() => _subject.Free(neighbour));
                    break;
                case Between.OwnerFreesNeighbour:
                    _live.Remove(neighbour);
                    _threads._owner.Run(() => _subject.Free(neighbour));
                    break;
                default:
                    break;
            }
        }

        private static InvalidBlockException? Try(Worker worker, Action step)
        {
            InvalidBlockException? refused = null;
            worker.Run(() =>
            {
                try
                {
                    step();
                }
                catch (InvalidBlockException e)
                {
                    refused = e;
                }
            });
            return refused;
        }
    }
}
