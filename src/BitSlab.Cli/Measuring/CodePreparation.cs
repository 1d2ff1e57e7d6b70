using System;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace BitSlab.Cli.Measuring;

/// <summary>
/// Compiles code before the memory's baseline is taken: the JIT's own memory, some hundred KiB, would otherwise count as the
/// contender's. Calling the code would do as well, but it would also make the contender allocate.
/// </summary>
internal static class CodePreparation
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Compiles every method of an assembly that is not generic, and looks up the functions of the system that it calls.</summary>
    public static void PrepareAssembly(Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes())
        {
            if (type.ContainsGenericParameters)
            {
                continue;
            }

            foreach (MethodInfo method in type.GetMethods(All))
            {
                if (!method.IsAbstract && !method.ContainsGenericParameters)
                {
                    Prepare(method);
                }
            }
        }
    }

    private static void Prepare(MethodInfo method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }
        catch (DllNotFoundException) when (method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
        {
            // Another system's.
        }
    }

    /// <summary>Compiles the methods of a type for the types a workload uses: all generic ones with that many parameters.</summary>
    public static void PrepareGenerics(Type type, params Type[] arguments)
    {
        RuntimeTypeHandle[] handles = Array.ConvertAll(arguments, argument => argument.TypeHandle);
        foreach (MethodInfo method in type.GetMethods(All))
        {
            if (method.IsGenericMethodDefinition && method.GetGenericArguments().Length == arguments.Length)
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, handles);
            }
        }
    }
}
