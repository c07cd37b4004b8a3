namespace EasyExplain.PowerShell.Tests;

/// <summary>LRP as a user calls it.</summary>
public class LrpTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");

    [Theory]
    [InlineData("", "input 32×32")]
    [InlineData("-Composite EpsilonGammaBox", "input 32×32")]
    [InlineData("-Composite epsilonplusflat -Class dog", "input 32×32")]
    [InlineData("-Layer layer3, layer1", "layer3 8×8, layer1 32×32")]
    [InlineData("-Layer conv1 -Composite EpsilonAlpha2Beta1 -Epsilon 0.01", "conv1 32×32")]
    public void ItsMaps_SayWhatSpeaksForAndAgainst_AtTheInputOrAtLayers(string options, string expected)
    {
        ModuleSession.Result result = session.Run($$"""
            $e = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) -Method LRP {{options}}
            ($e.Maps.ForEach({ "$($_.Layer) $($_.Height)×$($_.Width)" })) -join ', '
            foreach ($map in $e.Maps) {
                $largest = 0
                foreach ($cell in $map.ToArray()) { $largest = [Math]::Max($largest, [Math]::Abs($cell)) }
                "$($map.IsSigned) $largest"
            }
            """, Cat);
        string[] said = [.. result.OrThrow().Select(line => $"{line}")];
        Assert.Empty(result.Warnings);
        Assert.Equal(expected, said[0]);
        Assert.All(said[1..], map => Assert.Equal("True 1", map));
    }

    [Fact]
    public void AtTheLastLayer_TheMapAddsUpToTheScore_ButForTheBias()
    {
        ModuleSession.Result result = session.Run("""
            $e = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) -Method LRP -Layer layer3
            $sum = 0
            foreach ($cell in $e.Maps[0].ToArray()) { $sum += $cell }
            $sum * $e.Maps[0].Unit / $e.Score
            """, Cat);
        Assert.InRange((double)result.OrThrow().Single().BaseObject, 0.9, 1.1);
    }

    [Theory]
    [InlineData("-Method LRP -Composite EpsilonGamma", "There is no composite 'EpsilonGamma'. Near: EpsilonGammaBox", "'Composite'")]
    [InlineData("-Method LRP -Epsilon 0", "'Epsilon'", "0")]
    [InlineData("-Method LRP -Gamma -1", "'Gamma'", "-1")]
    public void AWrongOption_StopsAtOnce_AndSaysWhatWouldBeRight(string options, params string[] says)
    {
        ModuleSession.Result result = session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {options}", Cat);
        Assert.NotNull(result.Terminated);
        Assert.All(says, text => Assert.Contains(text, result.Terminated.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void ItsOptions_HaveNoEffectOnOtherMethods()
    {
        ModuleSession.Result result = session
            .Run("Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) -Composite EpsilonPlus", Cat);
        Assert.Equal(["-Composite has no effect on LayerCAM. It is for LRP."], result.Warnings);
    }
}
