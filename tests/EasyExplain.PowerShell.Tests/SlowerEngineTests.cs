namespace EasyExplain.PowerShell.Tests;

/// <summary>A model that the faster engine has failed is run by libtorch, and whoever waits for it is told, once.</summary>
public class SlowerEngineTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Fact]
    public void WhereTheEngineFails_EachModelWarnsOnce_AndTheAnswersAreTheSame()
    {
        ModuleSession.Result result = session.Run("""
            $right = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel)
            foreach ($name in 'one', 'two') {
                $model = Import-CamModel -Name $name
                $runner = $model.GetType().GetProperty('Runner', [Reflection.BindingFlags] 'NonPublic, Instance').GetValue($model)
                $null = $runner.GetType().GetMethod('GiveUp').Invoke($runner, @('ONNX Runtime cannot be used: no such file'))
                $explained = Invoke-CamExplanation -LiteralPath $args[0], $args[0] -Model $model
                $null = Get-CamConcept -LiteralPath $args[0] -Model $model -Count 2
                "$($explained.Count) $([Math]::Abs($explained[0].Probability - $right.Probability) -lt 1e-5)"
            }
            """, Repository.Photo("cat.jpg"));
        Assert.Equal(["2 True", "2 True"], result.OrThrow().Select(output => (string)output.BaseObject));
        Assert.Equal(2, result.Warnings.Count);
        Assert.All(new[] { "one", "two" }.Zip(result.Warnings), pair =>
        {
            Assert.StartsWith($"{pair.First} (resnet20) runs in libtorch alone", pair.Second, StringComparison.Ordinal);
            Assert.Contains("ONNX Runtime cannot be used: no such file", pair.Second, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void WhereItRuns_NothingIsSaid()
    {
        ModuleSession.Result result = session.Run(
            "Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel)", Repository.Photo("cat.jpg"));
        Assert.Single(result.OrThrow());
        Assert.Empty(result.Warnings);
    }
}
