/* BitSlab for C: a slab allocator whose bitmaps stand beside the blocks. All functions may be called by any thread. */
#ifndef BITSLAB_H
#define BITSLAB_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As malloc, free, calloc, realloc, aligned_alloc and malloc_usable_size of C. Blocks are aligned to 16 bytes. A size of 0 gives a block of its
   own. Null, with errno ENOMEM, when memory is refused; EINVAL for an alignment that is no power of two. A free of what is no live block ends the
   process with a line that says so (BITSLAB_INVALID_FREE=ignore: it is counted). */
void *bs_malloc(size_t size);
void bs_free(void *block);
void *bs_calloc(size_t count, size_t size);
void *bs_realloc(void *block, size_t size);
void *bs_aligned_alloc(size_t alignment, size_t size);
size_t bs_usable_size(const void *block);

/* An allocator of your own, whose blocks go all at once. The limit is in bytes, metadata included; 0 for none. Null, with ENOMEM, when memory is
   refused. reset frees all blocks; destroy also ends the allocator: no other thread is inside a call on it then. */
typedef struct bs_allocator bs_allocator;
bs_allocator *bs_allocator_new(size_t limit);
void *bs_allocator_alloc(bs_allocator *allocator, size_t size);
void bs_allocator_free(bs_allocator *allocator, void *block);
void bs_allocator_reset(bs_allocator *allocator);
void bs_allocator_destroy(bs_allocator *allocator);

/* Gives what can be given back to the system now; the bytes given back. */
size_t bs_trim(void);

/* Writes what the process's allocator holds as a JSON object of at most size - 1 characters and a zero; the length of all of it. */
size_t bs_stats_json(char *target, size_t size);

#ifdef __cplusplus
}
#endif

#endif
