using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Explorer.Engine;
using Xunit;

namespace BitSlab.Explorer;

/// <summary>The core as it is: no order of steps within the bounds does damage.</summary>
public class ScenarioTests
{
    // The longest takes two seconds; other work may go on on the machine.
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public static IReadOnlyList<string> Names { get; } =
    [
        "TwoFreersOfOneWord",
        "FreersOfTwoWords",
        "FreersOfSeveralSlabs",
        "OwnerRunsDry",
        "LastLocalFree",
        "LastFreeInAnotherSlice",
        "LocalFreeIntoFullSlab",
        "LocalFreeBesideTake",
        "FreeIntoUsedUpCurrent",
        "FreersAndMaintenance",
        "PutBack",
        "CurrentSlab",
        "CollectBesideTake",
        "TwoSidesOfHeapLock",
        "HolesBesideOwner",
        "HolesBesideRemoteFrees",
        "LastFreeBesideHoles",
        "HolesBesideAdopter",
        "TimerStopsBesideRemoteFree",
        "TimerStopsBesideLocalFree",
        "TimerStopsBesideCollection",
        "TimerStopsBesideReturn",
        "LadderBesideRemoteFree",
        "LadderBesideMaintenance",
        "LadderBesideAdopter",
        "BurstBesideOwner",
        "TimerStopsBesideBurstEnd",
        "RebornBehindLocalFree",
        "RebornBehindDoubleFree",
        "FreeAndTrim",
        "OrphanAdoptClaim",
        "TwoAdopters",
        "TwoHeaps",
        "RemoteTwice",
        "RemoteTwiceIntoEmpty",
        "LocalAndRemote",
        "LocalAndRemoteThenMaintenance",
        "RemoteThenLocal",
        "LocalThenRemote",
        "RacedDoubleFreeBesideMaintenance",
        "StrayBitAtGiveBack",
        "StrayBitBeforeRebirth",
        "LargeTwice",
        "StaleFreeAtBirth",
        "CensusDuringFrees",
        "CensusDuringCollection",
        "RingOfTwoSides",
        "RingOfOne",
        "NewestDroppedBesideTake",
        "SideOfOne",
        "SharedSide",
        "WaitBesideAppend",
        "WaitBesideTake",
        "CloseBesideAppend",
    ];

    public static IEnumerable<TheoryDataRow<string>> Rows => Names.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_order_is_right(string name)
    {
        Scenario scenario = CoreCompiler.Load(name, null);
        Exploration exploration = new(scenario);
        bool passed = exploration.Run(scenario.Bounds, Limit);
        TestContext.Current.SendDiagnosticMessage($"{name}: {exploration.Runs} orders, {exploration.Steps} steps");
        Assert.True(passed, exploration.Failure);
    }

    /// <summary>Misuse that cannot be told from correct use. A case that passes belongs to those above.</summary>
    [Theory]
    [InlineData("SecondFreeAfterHandOut")]
    public void Open_cases_are_open_still(string name)
    {
        Scenario scenario = CoreCompiler.Load(name, null);
        Exploration exploration = new(scenario);
        bool passed = exploration.Run(scenario.Bounds, Limit);
        TestContext.Current.SendDiagnosticMessage($"{name}: {exploration.Runs} orders\n{exploration.Failure}");
        Assert.False(passed, "This passes now: it belongs to the scenarios above.");
    }
}
