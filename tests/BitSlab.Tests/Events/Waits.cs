using System;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Waits under a watchdog, for tests.</summary>
internal static class Waits
{
    public static Task<T> Soon<T>(this ValueTask<T> wait) => wait.AsTask().WaitAsync(Crowd.HangGuard);

    public static Task Soon(this ValueTask wait) => wait.AsTask().WaitAsync(Crowd.HangGuard);

    public static Task<T> Soon<T>(this Task<T> wait) => wait.WaitAsync(Crowd.HangGuard);

    public static Task Soon(this Task wait) => wait.WaitAsync(Crowd.HangGuard);

    /// <summary>Runs a call that may throw at once, or fail its task, and returns what it was.</summary>
    public static async Task<T> Fails<T>(Func<Task> call)
        where T : Exception => await Assert.ThrowsAsync<T>(async () => await call().WaitAsync(Crowd.HangGuard));
}
