namespace BitSlab.Core;

/// <summary>An allocator's chunks: all of them, and those that are partly used and have free slices. Under the chunk lock.</summary>
internal static unsafe class ChunkList
{
    public static void Add(Allocator* allocator, Chunk* chunk)
    {
        chunk->FreeSlices = ulong.MaxValue;
        chunk->DirtySlices = 0;
        chunk->Previous = null;
        chunk->Next = allocator->FirstChunk;
        if (chunk->Next != null)
        {
            chunk->Next->Previous = chunk;
        }

        allocator->FirstChunk = chunk;
        allocator->ChunkCount++;

        chunk->HasRoom = true;
        chunk->NextWithRoom = null;
        chunk->PreviousWithRoom = allocator->LastWithRoom;
        if (allocator->LastWithRoom != null)
        {
            allocator->LastWithRoom->NextWithRoom = chunk;
        }
        else
        {
            allocator->FirstWithRoom = chunk;
        }

        allocator->LastWithRoom = chunk;
    }

    // For giving it back.
    public static void Remove(Allocator* allocator, Chunk* chunk)
    {
        Permits.BeginReturn(allocator);
        IdleMemory.Gave(allocator, chunk->DirtySlices);
        if (chunk->Previous != null)
        {
            chunk->Previous->Next = chunk->Next;
        }
        else
        {
            allocator->FirstChunk = chunk->Next;
        }

        if (chunk->Next != null)
        {
            chunk->Next->Previous = chunk->Previous;
        }

        allocator->ChunkCount--;
    }

    public static void LinkWithRoom(Allocator* allocator, Chunk* chunk)
    {
        if (chunk->HasRoom)
        {
            return;
        }

        chunk->HasRoom = true;
        chunk->PreviousWithRoom = null;
        chunk->NextWithRoom = allocator->FirstWithRoom;
        if (chunk->NextWithRoom != null)
        {
            chunk->NextWithRoom->PreviousWithRoom = chunk;
        }
        else
        {
            allocator->LastWithRoom = chunk;
        }

        allocator->FirstWithRoom = chunk;
    }

    public static void UnlinkWithRoom(Allocator* allocator, Chunk* chunk)
    {
        if (!chunk->HasRoom)
        {
            return;
        }

        chunk->HasRoom = false;
        if (chunk->PreviousWithRoom != null)
        {
            chunk->PreviousWithRoom->NextWithRoom = chunk->NextWithRoom;
        }
        else
        {
            allocator->FirstWithRoom = chunk->NextWithRoom;
        }

        if (chunk->NextWithRoom != null)
        {
            chunk->NextWithRoom->PreviousWithRoom = chunk->PreviousWithRoom;
        }
        else
        {
            allocator->LastWithRoom = chunk->PreviousWithRoom;
        }
    }
}
