using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using BitSlab.Explorer.Engine;
using Xunit;

namespace BitSlab.Explorer;

/// <summary>The core as it is: no order of steps within the bounds does damage.</summary>
public class ScenarioTests
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "TwoFreersOfOneWord",
        "FreersOfTwoWords",
        "OwnerRunsDry",
        "FreersOfSeveralSlabs",
        "LastLocalFree",
        "LocalFreeIntoFullSlab",
        "FreersAndMaintenance",
        "PutBack",
        "CurrentSlab",
        "CollectBesideTake",
        "RebornBehindLocalFree",
        "FreeAndTrim",
        "OrphanAdoptClaim",
        "TwoAdopters",
        "TwoHeaps",
        "RemoteTwice",
        "RemoteTwiceIntoEmpty",
        "LocalAndRemote",
        "RemoteThenLocal",
        "LocalThenRemote",
        "StrayBitAtGiveBack",
        "FreeIntoUsedUpCurrent",
        "LargeTwice",
        "StaleFreeAtBirth",
        "CensusDuringFrees",
        "LocalFreeBesideTake",
        "LocalAndRemoteThenMaintenance",
    ];

    public static IEnumerable<TheoryDataRow<string>> Rows => Names.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_order_is_right(string name)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Scenario scenario = CoreCompiler.Load(name, null);
        Exploration exploration = new(scenario);
        bool passed = exploration.Run(scenario.Bounds, TimeSpan.FromSeconds(60));
        TestContext.Current.SendDiagnosticMessage($"{name}: {exploration.Runs} runs, {exploration.Steps} steps, {watch.ElapsedMilliseconds} ms");
        Assert.True(passed, exploration.Failure);
    }
}
