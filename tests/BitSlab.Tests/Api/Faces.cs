using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Theory data shared by the tests that run on each face of the allocator.</summary>
public static class Faces
{
    public static TheoryData<Face> All { get; } = [Face.Static, Face.Instance, Face.Handle];

    /// <summary>Each face with each alignment that is promised to work.</summary>
    public static TheoryData<Face, int> WithAlignments
    {
        get
        {
            var data = new TheoryData<Face, int>();
            foreach (Face face in new[] { Face.Static, Face.Instance })
            {
                for (int alignment = 1; alignment <= 4 << 20; alignment *= 2)
                {
                    data.Add(face, alignment);
                }
            }

            return data;
        }
    }
}
