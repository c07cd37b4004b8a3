using EasyExplain.Runtime;

namespace EasyExplain.Tests.Runtime;

public class OneDnnLimitTests
{
    [Theory]
    [InlineData("AuthenticAMD", false, null, "AVX")]
    [InlineData("AuthenticAMD", true, null, null)]
    [InlineData("GenuineIntel", false, null, null)] // oneDNN guesses, and is right: tried in an emulator
    [InlineData("GenuineIntel", true, null, null)]
    [InlineData("HygonGenuine", false, null, null)]
    [InlineData("", true, null, null)]
    [InlineData("AuthenticAMD", false, "AVX512_CORE", null)] // whoever sets it has chosen
    [InlineData("AuthenticAMD", false, "AVX", null)]
    public void TheLimit_IsForAmdsCpusThatTellNoCaches_UnlessTheUserHasChosen(string vendor, bool tellsCaches, string? users,
        string? expected) =>
        Assert.Equal(expected, OneDnnLimit.For(new CpuReport(vendor, tellsCaches), users));
}
