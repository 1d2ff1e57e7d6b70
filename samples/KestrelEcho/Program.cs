using System;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KestrelEcho;

/// <summary>An HTTP server on native memory that sends back what it is sent; with --requests it calls itself.</summary>
internal static class Program
{
    private const int BadInput = 2;

    private static int Main(string[] args)
    {
        Option<int> requests = new("--requests")
        {
            Description = "Call the server so often, and stop; 0 serves on port 5000 until Ctrl+C.",
            DefaultValueFactory = _ => 0,
            CustomParser = given =>
            {
                string text = given.Tokens[0].Value;
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                {
                    given.AddError($"--requests must be a whole number from 0, not '{text}'.");
                }

                return number;
            },
        };
        RootCommand command = new("An echo server: Kestrel on BitSlab.") { requests };
        command.SetAction((result, _) => RunAsync(result.GetValue(requests)));
        ParseResult parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"KestrelEcho: {parsed.Errors[0].Message}");
            return BadInput;
        }

        return parsed.Invoke();
    }

    private static async Task<int> RunAsync(int requests)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.UseBitSlab();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(requests == 0 ? "http://127.0.0.1:5000" : "http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.Run(EchoAsync);
        await app.StartAsync();
        string address = app.Urls.Single();
        if (requests == 0)
        {
            Console.WriteLine($"Listening on {address}: curl --data-binary hello {address}");
            await app.WaitForShutdownAsync();
            return 0;
        }

        bool isEcho = await Load.RunAsync(new Uri(address), requests, app.Services.GetRequiredService<BitSlabMemoryPoolFactory>());
        await app.StopAsync();
        return isEcho ? 0 : 1;
    }

    private static Task EchoAsync(HttpContext context)
    {
        context.Response.ContentLength = context.Request.ContentLength;
        return context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }
}
