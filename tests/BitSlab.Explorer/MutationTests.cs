using System.Collections.Generic;
using System.Linq;
using BitSlab.Explorer.Engine;
using Xunit;

namespace BitSlab.Explorer;

/// <summary>
/// The explorer sees each rule and barrier that is taken out: its scenario fails, within the bounds in which the core as it is
/// passes.
/// </summary>
public class MutationTests
{
    public static IEnumerable<TheoryDataRow<string>> Rows => Mutations.All.Select(m => new TheoryDataRow<string>(m.Name));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Taken_out_it_is_missed(string name)
    {
        Mutation mutation = Mutations.All.Single(m => m.Name == name);
        Assert.Contains(mutation.Scenario, ScenarioTests.Names);

        Scenario scenario = CoreCompiler.Load(mutation.Scenario, mutation);
        Exploration exploration = new(scenario);
        bool passed = exploration.Run(scenario.Bounds, ScenarioTests.Limit);
        Assert.False(passed, $"{mutation.Scenario} passes without it. {mutation.Why}");
        TestContext.Current.SendDiagnosticMessage($"{name}: {exploration.Failure!.Split('\n')[0]}");
    }

    /// <summary>What is missed above since stores pass each other, as on an Arm64: where they keep their order, as on an x86, it is not.</summary>
    [Theory]
    [InlineData("Local free, fast path: the bit without release")]
    [InlineData("Push: the link not released with the head")]
    public void Taken_out_it_is_not_missed_on_x86(string name)
    {
        Mutation mutation = Mutations.All.Single(m => m.Name == name);
        Scenario scenario = CoreCompiler.Load(mutation.Scenario, mutation);
        Exploration exploration = new(scenario);
        bool passed = exploration.Run(scenario.Bounds with { StoresInOrder = true }, ScenarioTests.Limit);
        Assert.True(passed, exploration.Failure);
    }
}
