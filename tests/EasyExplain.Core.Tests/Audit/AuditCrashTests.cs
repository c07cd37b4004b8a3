using System.Diagnostics;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;

namespace EasyExplain.Tests.Audit;

/// <summary>Whatever ends a writer, its audit file is whole, and a later run goes on where it ended.</summary>
public sealed class AuditCrashTests : IDisposable
{
    /// <summary>What this suite is started with as a program that writes until it is killed.</summary>
    public const string Argument = "write-audit";

    private readonly AuditFolder _audit = new();

    public void Dispose() => _audit.Dispose();

    /// <summary>Adds rows, and tells after each 500 that are committed how many there are.</summary>
    internal static void WriteForEver(string file)
    {
        AuditedModel model = SyntheticRows.Model();
        string root = Path.GetDirectoryName(file)!;
        using var writer = new AuditWriter(file, root);
        for (int number = 0; ; number++)
        {
            if (number > 0 && number % 500 == 0)
            {
                writer.Commit();
                Console.WriteLine(number);
            }
            CamAuditRow row = SyntheticRows.Row(model, number, root);
            writer.Add(row, $"{row.Length:X16}", 0, 1);
        }
    }

    [Fact]
    public void AWriterThatIsKilled_LeavesWholeRows_AndTheNextOneGoesOn()
    {
        string suite = typeof(AuditCrashTests).Assembly.Location;
        using Process child = Process.Start(new ProcessStartInfo("dotnet", [suite, Argument, _audit.File])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("500", child.StandardOutput.ReadLine());
        Assert.Contains($"by process {child.Id} on", Assert.Throws<AuditFileException>(() => new AuditWriter(_audit.File)).Message,
            StringComparison.Ordinal);
        Assert.InRange(_audit.Read().Length, 500, int.MaxValue); // beside the writer
        Assert.Equal("1000", child.StandardOutput.ReadLine());
        child.Kill(); // in the middle of a transaction, or of a commit
        child.WaitForExit();

        CamAuditRow[] rows = _audit.Read();
        Assert.InRange(rows.Length, 1000, int.MaxValue);
        Assert.All(rows, row => Assert.Equal((_audit.Row((int)row.Id - 1).File, 49), (row.File, row.StoredMaps.Single().Values.Length)));
        Assert.Equal("ok", _audit.Run("PRAGMA integrity_check").Single());

        CamAuditRow[] all = [.. Enumerable.Range(0, rows.Length + 10).Select(_audit.Row)];
        _audit.Write(all);
        Assert.Equal(all.Select(row => row.File).Order(StringComparer.Ordinal), _audit.Read().Select(row => row.File));
        Assert.Equal([_audit.File], Directory.GetFiles(_audit.Path));
    }

    [FullDiskFact]
    public void AFullDisk_IsAnError_AndLeavesWholeRows()
    {
        FullDiskFactAttribute.Mount(_audit.Path, "1m");
        try
        {
            string filler = Path.Combine(_audit.Path, "filler");
            File.WriteAllBytes(filler, new byte[400_000]);
            int committed = 0;
            AuditFileException e = Assert.Throws<AuditFileException>(() => _audit.Write(writer =>
            {
                for (int number = 0; number < 2000; number++)
                {
                    CamAuditRow row = _audit.Row(number);
                    writer.Add(row, $"{row.Length:X16}", 0, 1);
                    if (number % 50 == 49)
                    {
                        writer.Commit();
                        committed = number + 1;
                    }
                }
            }));
            Assert.Equal(AuditFileFault.DiskFull, e.Fault);
            Assert.Contains("the disk is full", e.Message, StringComparison.Ordinal);
            Assert.InRange(committed, 50, 1950);
            Assert.Equal(committed, _audit.Read().Length);
            Assert.Equal("ok", _audit.Run("PRAGMA integrity_check").Single());
            File.Delete(filler);
            _audit.Write(Enumerable.Range(0, committed + 50).Select(_audit.Row));
            Assert.Equal(committed + 50, _audit.Read().Length);
        }
        finally
        {
            FullDiskFactAttribute.Unmount(_audit.Path);
        }
    }
}
