using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Explorer.Engine;
using Xunit;

namespace BitSlab.Explorer;

/// <summary>The explorer sees each rule that is taken out: its scenario fails within the bounds in which the core as it is passes.</summary>
public class MutationTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => Mutations.All.Select(m => new TheoryDataRow<string>(m.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_rule_is_missed(string name)
    {
        Mutation mutation = Mutations.All.Single(m => m.Name == name);
        if (!name.Contains(Environment.GetEnvironmentVariable("EXPLORE_FILTER") ?? "", StringComparison.Ordinal)) { return; }
        string[] order = Environment.GetEnvironmentVariable("EXPLORE_ALL") != null ? ScenarioTests.Names.ToArray() : [mutation.Scenario];
        string found = string.Empty;
        bool hit = false;
        foreach (string s in order)
        {
            Scenario scenario = CoreCompiler.Load(s, mutation);
            Exploration exploration = new(scenario);
            bool passed = exploration.Run(scenario.Bounds, TimeSpan.FromSeconds(30));
            hit |= s == mutation.Scenario && !passed;
            if (!passed)
            {
                found += $"\n      {(s == mutation.Scenario ? "*" : " ")}{s}: {exploration.Failure!.Split('\n')[0]}";
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{(hit ? "ok" : "MISSED")} {name} ({mutation.Scenario}){found}");
        Assert.True(hit, $"{mutation.Scenario} passes without it.");
    }
}
