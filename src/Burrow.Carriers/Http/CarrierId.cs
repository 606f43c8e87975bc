using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Burrow.Carriers.Http;

/// <summary>The name of one carrier among the requests that make it up: 128 random bits, which nobody can guess.</summary>
static class CarrierId
{
    public static UInt128 New() => BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16)) | 1; // never 0
}
