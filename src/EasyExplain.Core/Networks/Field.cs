namespace EasyExplain.Networks;

/// <summary>Some places along a side.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one after the last.</param>
internal readonly record struct Stretch(long From, long To)
{
    /// <summary>How many places.</summary>
    public long Length => To - From;
}

/// <summary>
/// What the places of an output see of an input along a side, its padding included: place o sees from o·Step − Before to o·Step + After.
/// </summary>
/// <param name="Step">From what one place sees to what the next one does.</param>
/// <param name="Before">How far back.</param>
/// <param name="After">How far on; negative where it sees less.</param>
internal readonly record struct Field(long Step, long Before, long After)
{
    /// <summary>Each place sees itself.</summary>
    public static Field Itself { get; } = new(1, 0, 0);

    /// <summary>What a window over these places sees.</summary>
    /// <param name="reach">The window.</param>
    /// <param name="stride">From one place of it to the next.</param>
    /// <param name="padding">Places added at both ends.</param>
    public Field Through(long reach, long stride, long padding) =>
        new(Step * stride, Before + padding * Step, After + (reach - 1 - padding) * Step);

    /// <summary>What places see that look at this and at another; null where the steps differ.</summary>
    public Field? With(Field other) =>
        Step == other.Step ? new Field(Step, Math.Max(Before, other.Before), Math.Max(After, other.After)) : null;

    /// <summary>The places of an output of <paramref name="count"/> that see one of these of the input.</summary>
    public Stretch Seeing(Stretch seen, long count) => new(
        Math.Clamp(CeilingOf(seen.From - After, Step), 0, count), Math.Clamp(FloorOf(seen.To - 1 + Before, Step) + 1, 0, count));

    /// <summary>The places of an input of <paramref name="count"/> that these of the output see.</summary>
    public Stretch SeenBy(Stretch places, long count) => new(
        Math.Clamp(places.From * Step - Before, 0, count), Math.Clamp((places.To - 1) * Step + After + 1, 0, count));

    private static long FloorOf(long number, long by) => (long)Math.Floor((double)number / by);

    private static long CeilingOf(long number, long by) => (long)Math.Ceiling((double)number / by);
}

/// <summary>Pieces along one side of an input, all of one length, each with all that some places of the output need of it.</summary>
/// <param name="Length">How long each is; the whole side where shorter ones would not do.</param>
/// <param name="Starts">Where they begin: at multiples of the step, so that windows stop where they do along the whole side.</param>
/// <param name="Changed">The places of the output that see the change.</param>
/// <param name="Step">From a place of the output to the next, on the input.</param>
internal sealed record Crops(long Length, IReadOnlyList<long> Starts, IReadOnlyList<Stretch> Changed, long Step)
{
    /// <summary>Those for several changes of the input, one each.</summary>
    /// <param name="field">What places of the output see.</param>
    /// <param name="input">The input's side.</param>
    /// <param name="output">The output's.</param>
    /// <param name="changed">The places of the input that change.</param>
    public static Crops Of(Field field, long input, long output, IReadOnlyList<Stretch> changed)
    {
        Stretch[] seeing = [.. changed.Select(places => field.Seeing(places, output))];
        Stretch[] needed = [.. seeing.Select(places => field.SeenBy(places, input))];
        long[] starts = [.. needed.Select(places => places.From / field.Step * field.Step)];
        long length = needed.Zip(starts, (places, start) => places.To - start).Max();
        // The last one ends where the side does, and begins at a multiple of the step too.
        length = Math.Min(input, length + (input - length) % field.Step);
        return new Crops(length, [.. starts.Select(start => Math.Min(start, input - length))], seeing, field.Step);
    }

    /// <summary>Where the changed places lie in what is made of one piece.</summary>
    public Stretch Within(int index) =>
        new(Changed[index].From - Starts[index] / Step, Changed[index].To - Starts[index] / Step);
}
