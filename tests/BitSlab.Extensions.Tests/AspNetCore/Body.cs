namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>Bytes that tell their place, so that none can be missing, double or of another block unseen.</summary>
internal static class Body
{
    public static byte[] Of(int length)
    {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++)
        {
            // 251 is prime: no block's length is a multiple of it.
            body[i] = (byte)(i % 251);
        }

        return body;
    }
}
