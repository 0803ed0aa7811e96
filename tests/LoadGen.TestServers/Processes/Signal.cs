namespace LoadGen.TestServers.Processes;

/// <summary>Signals, by their numbers on Linux.</summary>
public enum Signal
{
    /// <summary>SIGHUP: servers read their files anew.</summary>
    HangUp = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,

    /// <summary>SIGCONT: goes on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: freezes the process, which cannot prevent it. Its listening sockets stay open.</summary>
    Stop = 19,
}
