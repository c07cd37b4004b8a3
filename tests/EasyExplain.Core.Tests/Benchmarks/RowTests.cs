using System.Text.Json;
using EasyExplain.Benchmarks;

namespace EasyExplain.Tests.Benchmarks;

/// <summary>The rows of docs/performance.md, as the benchmarks print and write them.</summary>
public sealed class RowTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData(0.36, false, "| GradCAM / inference | ≤ 0.5 | 0.36 |")]
    [InlineData(0.5, false, "| GradCAM / inference | ≤ 0.5 | 0.5 |")]
    [InlineData(0.64, false, "| GradCAM / inference | ≤ 0.5 | 0.64 (not held) |")]
    [InlineData(0.64, true, "| GradCAM / inference | ≥ 0.5 | 0.64 |")]
    [InlineData(0.36, true, "| GradCAM / inference | ≥ 0.5 | 0.36 (not held) |")]
    public void ARow_SaysWhetherItsTargetIsHeld(double measured, bool atLeast, string line) =>
        Assert.Equal(line, RowTable.Line(new Row("GradCAM / inference", 0.5, measured, AtLeast: atLeast)));

    [Fact]
    public void ANumberOfAUnit_HasItTwice_AndASmallOneMoreDigits()
    {
        Assert.Equal("| peak memory | ≤ 172 MB | 99.98 MB |", RowTable.Line(new Row("peak memory", 172, 99.9761, "MB")));
        Assert.Equal("| AblationCAM | ≤ 0.05 | 0.0043 |", RowTable.Line(new Row("AblationCAM", 0.05, 0.00431)));
    }

    /// <summary>It is neither held nor missed, so that the program does not fail for it.</summary>
    [Fact]
    public void WhatTheMachineCannotDo_IsSaid_AndIsNoFailure()
    {
        Row row = new Comparison("GradCAM in Int8 / in float32", 0.5, () => null, () => null).Without("VNNI");

        Assert.Equal("| GradCAM in Int8 / in float32 | ≤ 0.5 | needs VNNI, which this CPU lacks |", RowTable.Line(row));
        Assert.Null(row.Held);
    }

    [Fact]
    public void AsJson_EachRowNamesItsMachine()
    {
        JsonElement row = JsonSerializer.SerializeToElement(new Row("Import-Module", 0.5, 0.04, "s") { Machine = Machine.Line }, Web);

        string machine = row.GetProperty("machine").GetString()!;
        Assert.Matches(@"\d+ threads of \d+ cores", machine);
        if (File.Exists("/proc/cpuinfo") && System.Runtime.Intrinsics.X86.X86Base.IsSupported)
        {
            string[] told = File.ReadAllLines("/proc/cpuinfo");
            string Of(string name) => told.First(line => line.Split(':')[0].Trim() == name).Split(':')[1].Trim();
            Assert.Contains($"family {Of("cpu family")} model {Of("model")}:", machine, StringComparison.Ordinal);
            Assert.StartsWith(Of("model name").Replace("(R)", "", StringComparison.Ordinal).Replace("(TM)", "", StringComparison.Ordinal),
                machine, StringComparison.Ordinal);
            Assert.Equal($" {Of("flags")} ".Contains(" avx512_vnni ", StringComparison.Ordinal),
                machine.Contains("AVX512_VNNI", StringComparison.Ordinal));
        }
    }
}
