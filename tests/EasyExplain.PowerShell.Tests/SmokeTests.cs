namespace EasyExplain.PowerShell.Tests;

public class SmokeTests
{
    [Fact]
    public void Nothing() => Assert.True(true);
}
