using LoadGen;
using LoadGen.Commands;

OutOfMemory.EndProcess();
using var streams = StandardStreams.Guard();
SocketThreads.Inline();
return await CommandLine.InvokeAsync(args);
