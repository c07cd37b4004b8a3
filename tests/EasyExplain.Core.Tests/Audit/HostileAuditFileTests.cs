using EasyExplain.Audit.Store;

namespace EasyExplain.Tests.Audit;

/// <summary>Files that are no audit, or not quite, are a clear error each; nobody writes to what is not ours.</summary>
public sealed class HostileAuditFileTests : IDisposable
{
    private readonly AuditFolder _audit = new();

    public void Dispose() => _audit.Dispose();

    [Theory]
    [InlineData("UPDATE map SET cells = zeroblob(48)")]
    [InlineData("UPDATE map SET cells = zeroblob(3000000)")]
    [InlineData("UPDATE map SET cells = 7")]
    [InlineData("UPDATE map SET height = -7, width = -7")]
    [InlineData("UPDATE map SET height = 4294967297, width = 4294967297")]
    [InlineData("UPDATE map SET height = 0, cells = zeroblob(0)")]
    [InlineData("UPDATE map SET place = 3")]
    [InlineData("UPDATE map SET place = -1")]
    [InlineData("UPDATE channels SET features = zeroblob(129)")]
    [InlineData("UPDATE channels SET features = 5")]
    [InlineData("UPDATE channels SET features_scale = 9e999")]
    [InlineData("UPDATE channels SET relevance_scale = -1")]
    [InlineData("UPDATE channels SET relevance = NULL")]
    [InlineData("UPDATE explanation SET class = 1000")]
    [InlineData("UPDATE explanation SET class = -1")]
    [InlineData("UPDATE explanation SET top3 = 9223372036854775807")]
    [InlineData("UPDATE explanation SET predicted = '[5000]'")]
    [InlineData("UPDATE explanation SET predicted = '[1.5]'")]
    [InlineData("UPDATE explanation SET compared_with = '[[[[['")]
    [InlineData("UPDATE explanation SET model = 77")]
    [InlineData("UPDATE explanation SET layers = 77")]
    [InlineData("UPDATE explanation SET parts = 99999999999")]
    [InlineData("UPDATE explanation SET smoothing = 99999999999")]
    [InlineData("UPDATE layers SET names = 'layer4'")]
    [InlineData("UPDATE layers SET names = '[null]'")]
    [InlineData("UPDATE image SET modified = 'never'")]
    [InlineData("UPDATE image SET height = -480")]
    [InlineData("UPDATE image SET width = 99999999999")]
    [InlineData("UPDATE model SET preprocessing = '{}'")]
    [InlineData("UPDATE model SET preprocessing = 'null'")]
    [InlineData("UPDATE model SET preprocessing = replace(preprocessing, '224', '-224')")]
    [InlineData("UPDATE model SET activation = '12'")]
    [InlineData("DELETE FROM class WHERE class = 500")]
    [InlineData("DROP TABLE map")]
    [InlineData("DROP TABLE map; CREATE VIEW map AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c")]
    public void AValueThatMakesNoSense_IsAnError_ThatNamesTheFile(string sql)
    {
        _audit.Write(_audit.Row(0), _audit.Row(1));
        _audit.Run("PRAGMA foreign_keys = OFF; " + sql);
        AuditFileException e = Assert.Throws<AuditFileException>(() => _audit.Read());
        Assert.Equal(AuditFileFault.Damaged, e.Fault);
        Assert.StartsWith($"'{_audit.File}' is damaged: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE explanation SET probability = 'x', score = NULL, seconds = -1, expected = 5.5e300")]
    [InlineData("UPDATE explanation SET correct = 77, expected_probability = 1e400")]
    [InlineData("UPDATE image SET hash = NULL, size = -5")]
    public void OddNumbers_AreTakenAsTheyAre_OrRefused(string sql)
    {
        _audit.Write(_audit.Row(0));
        _audit.Run(sql);
        Exception? e = Record.Exception(() => _audit.Read());
        Assert.True(e is null or AuditFileException { Fault: AuditFileFault.Damaged }, $"{e}");
    }

    [Theory]
    [InlineData("CREATE TABLE other (a)", AuditFileFault.NotAnAudit, "database of something else")]
    [InlineData("PRAGMA application_id = 5", AuditFileFault.NotAnAudit, "database of something else")]
    [InlineData("audit; PRAGMA user_version = 4", AuditFileFault.NewerVersion, "version is 4|version 4")]
    [InlineData("audit; DROP TABLE explanation", AuditFileFault.Damaged, "tables are missing")]
    public void WhatIsNotOurs_IsLeftAsItIs(string sql, AuditFileFault fault, string said)
    {
        if (sql.StartsWith("audit; ", StringComparison.Ordinal))
        {
            _audit.Write(_audit.Row(0));
        }
        _audit.Run("PRAGMA foreign_keys = OFF; " + sql.Replace("audit; ", "", StringComparison.Ordinal));
        AssertUntouched(fault, said.Split('|')[^1]);
    }

    [Fact]
    public void WhatIsNoDatabase_IsLeftAsItIs()
    {
        File.WriteAllText(_audit.File, string.Concat(Enumerable.Repeat("This is a letter to a friend.\n", 100)));
        AssertUntouched(AuditFileFault.NotAnAudit, "no SQLite database");
        File.WriteAllText(_audit.File, "short");
        AssertUntouched(AuditFileFault.NotAnAudit, "no SQLite database");
    }

    [Fact]
    public void AnEmptyFile_IsWrittenTo_AndNotRead()
    {
        File.WriteAllText(_audit.File, "");
        AuditFileException e = Assert.Throws<AuditFileException>(() => new AuditReader(_audit.File));
        Assert.Contains("is empty", e.Message, StringComparison.Ordinal);
        _audit.Write(_audit.Row(0));
        Assert.Single(_audit.Read());
    }

    [Fact]
    public void AFolder_AndNothing_AreErrors()
    {
        AuditFileException[] errors = [Assert.Throws<AuditFileException>(() => new AuditReader(_audit.Path)),
            Assert.Throws<AuditFileException>(() => new AuditWriter(_audit.Path))];
        Assert.All(errors, e => Assert.Contains("is a folder", e.Message, StringComparison.Ordinal));
        Assert.Throws<FileNotFoundException>(() => new AuditReader(_audit.File));
        Assert.Empty(Directory.GetFiles(_audit.Path));
    }

    [Fact]
    public void AFileThatWasCutOff_OrChangedAnywhere_IsAnError_OrWhatItWas()
    {
        _audit.Write(Enumerable.Range(0, 20).Select(_audit.Row));
        byte[] whole = File.ReadAllBytes(_audit.File);
        var random = new Random(1);
        for (int round = 0; round < 60; round++)
        {
            byte[] changed = round % 2 == 0 ? whole[..random.Next(1, whole.Length)] : [.. whole];
            for (int count = 0; round % 2 == 1 && count < 20; count++)
            {
                changed[random.Next(100, changed.Length)] = (byte)random.Next(256);
            }
            File.WriteAllBytes(_audit.File, changed);
            Exception? e = Record.Exception(() => _audit.Read());
            Assert.True(e is null or AuditFileException, $"{round}: {e}");
        }
    }

    private void AssertUntouched(AuditFileFault fault, string said)
    {
        byte[] before = File.ReadAllBytes(_audit.File);
        AuditFileException[] errors = [Assert.Throws<AuditFileException>(() => new AuditReader(_audit.File)),
            Assert.Throws<AuditFileException>(() => new AuditWriter(_audit.File, _audit.Path))];
        Assert.All(errors, e => Assert.Equal(fault, e.Fault));
        Assert.All(errors, e => Assert.Contains(said, e.Message, StringComparison.Ordinal));
        Assert.Equal(before, File.ReadAllBytes(_audit.File));
        Assert.Equal([_audit.File], Directory.GetFiles(_audit.Path));
    }
}
