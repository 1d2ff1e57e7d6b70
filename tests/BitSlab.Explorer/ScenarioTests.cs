using System;
using System.Diagnostics;
using BitSlab.Explorer.Engine;
using Xunit;

namespace BitSlab.Explorer;

/// <summary>The core as it is: no order of steps within the bounds does damage.</summary>
public class ScenarioTests
{
    [Theory]
    [InlineData("TwoFreersOfOneWord")]
    [InlineData("FreersOfTwoWords")]
    [InlineData("OwnerRunsDry")]
    [InlineData("FreersOfSeveralSlabs")]
    [InlineData("LastLocalFree")]
    [InlineData("LocalFreeIntoFullSlab")]
    [InlineData("FreersAndMaintenance")]
    [InlineData("PutBack")]
    [InlineData("CurrentSlab")]
    [InlineData("RebornBehindLocalFree")]
    [InlineData("FreeAndTrim")]
    [InlineData("OrphanAdoptClaim")]
    [InlineData("TwoAdopters")]
    [InlineData("TwoHeaps")]
    [InlineData("RemoteTwice")]
    [InlineData("RemoteTwiceIntoEmpty")]
    [InlineData("LocalAndRemote")]
    [InlineData("RemoteThenLocal")]
    [InlineData("LocalThenRemote")]
    [InlineData("LargeTwice")]
    [InlineData("StaleFreeAtBirth")]
    [InlineData("CensusDuringFrees")]
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
