using System;

namespace BitSlab.Cli.Commands;

/// <summary>The user asked for something that cannot be; the message is the line to print.</summary>
internal sealed class BadInputException : ArgumentException
{
    public BadInputException()
    {
    }

    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
