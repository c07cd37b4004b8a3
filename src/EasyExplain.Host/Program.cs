using EasyExplain.Host;

// The engine reports which modules people import to Microsoft unless told not to; it reads this when it first starts.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

// A background thread's exception would end the process with a stack trace; the user gets its message.
AppDomain.CurrentDomain.UnhandledException += (_, e) => Environment.Exit(Fail((Exception)e.ExceptionObject));

try
{
    HostArguments? arguments = HostArguments.Parse(args, out string? complaint);
    if (arguments is null)
    {
        (complaint is null ? Console.Out : Console.Error).WriteLine(complaint is null ? HostArguments.Usage : complaint + "\n\n" + HostArguments.Usage);
        return complaint is null ? ExitCodes.Success : ExitCodes.BadUsage;
    }
    using var engine = new Engine();
    return arguments.Command is not null
        ? engine.RunCommand(arguments.Command)
        : engine.RunScript(arguments.Script!, arguments.ScriptArguments);
}
catch (Exception e)
{
    return Fail(e);
}

static int Fail(Exception e)
{
    Console.Error.WriteLine($"EasyExplain.Host: {e.Message}");
    return ExitCodes.Failure;
}
