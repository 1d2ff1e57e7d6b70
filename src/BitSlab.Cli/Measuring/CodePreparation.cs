using System;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace BitSlab.Cli.Measuring;

/// <summary>
/// Compiles code before the memory's baseline is taken: the JIT's own memory, some hundred KiB, would otherwise count as the
/// contender's. Calling the code would do as well, but it would also make the contender allocate. Published as native code there is
/// nothing left to compile: both methods do nothing then, and what they find by reflection may have been trimmed.
/// </summary>
internal static class CodePreparation
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // The project file says no where it is published as native code: the compiler then leaves out what stands behind it.
    [FeatureSwitchDefinition("BitSlab.Cli.CompilesAtRunTime")]
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]
    private static bool CompilesAtRunTime { get; } =
        !AppContext.TryGetSwitch("BitSlab.Cli.CompilesAtRunTime", out bool compiles) || compiles;

    /// <summary>Compiles every method of an assembly that is not generic, and looks up the functions of the system that it calls.</summary>
    public static void PrepareAssembly(Assembly assembly)
    {
        if (CompilesAtRunTime)
        {
            CompileAssembly(assembly);
        }
    }

    /// <summary>Compiles the methods of a type for the types a workload uses: all generic ones with that many parameters.</summary>
    public static void PrepareGenerics(Type type, params Type[] arguments)
    {
        if (CompilesAtRunTime)
        {
            CompileGenerics(type, arguments);
        }
    }

    [RequiresUnreferencedCode("Finds the methods by reflection.")]
    private static void CompileAssembly(Assembly assembly)
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
                    Compile(method);
                }
            }
        }
    }

    private static void Compile(MethodInfo method)
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

    [RequiresUnreferencedCode("Finds the methods by reflection.")]
    private static void CompileGenerics(Type type, Type[] arguments)
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
