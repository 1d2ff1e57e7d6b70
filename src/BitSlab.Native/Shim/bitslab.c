/* The functions of bitslab.h. */
#include "shim.h"
#include "../include/bitslab.h"

#include <errno.h>

EXPORTED void *bs_malloc(size_t size)
{
    return bs_core_malloc(bs_this_thread.heap, size);
}

EXPORTED void bs_free(void *block)
{
    bs_core_free(bs_this_thread.heap, block);
}

EXPORTED void *bs_calloc(size_t count, size_t size)
{
    return bs_core_calloc(bs_this_thread.heap, count, size);
}

EXPORTED void *bs_realloc(void *block, size_t size)
{
    return bs_core_realloc(bs_this_thread.heap, block, size);
}

EXPORTED void *bs_aligned_alloc(size_t alignment, size_t size)
{
    if (!bs_is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }

    return bs_core_aligned(bs_this_thread.heap, alignment, size);
}

EXPORTED size_t bs_usable_size(const void *block)
{
    return bs_core_usable_size((void *)block);
}

EXPORTED bs_allocator *bs_allocator_new(size_t limit)
{
    return bs_core_allocator_new(limit);
}

EXPORTED void *bs_allocator_alloc(bs_allocator *allocator, size_t size)
{
    return bs_core_allocator_alloc(allocator, size);
}

EXPORTED void bs_allocator_free(bs_allocator *allocator, void *block)
{
    bs_core_allocator_free(allocator, block);
}

EXPORTED void bs_allocator_reset(bs_allocator *allocator)
{
    bs_core_allocator_reset(allocator);
}

EXPORTED void bs_allocator_destroy(bs_allocator *allocator)
{
    bs_core_allocator_destroy(allocator);
}

EXPORTED size_t bs_trim(void)
{
    return bs_core_trim();
}

EXPORTED size_t bs_stats_json(char *target, size_t size)
{
    size_t length = bs_core_stats_json(target, size == 0 ? 0 : size - 1);
    if (size != 0) {
        target[length < size ? length : size - 1] = '\0';
    }

    return length;
}
