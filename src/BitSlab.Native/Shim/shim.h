/* Between the shim and the allocator in C#. */
#ifndef BITSLAB_SHIM_H
#define BITSLAB_SHIM_H

#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))
#define EXPORTED __attribute__((visibility("default")))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)

/* NativeThread.cs */
struct bs_thread {
    void *heap;
    void *record;
    int ends;
};

/* Read by each call: in the block of thread-local memory that every thread has from its start. */
extern HIDDEN __thread struct bs_thread bs_this_thread __attribute__((tls_model("initial-exec")));

HIDDEN void *bs_core_malloc(void *heap, size_t size);
HIDDEN void bs_core_free(void *heap, void *block);
HIDDEN void *bs_core_calloc(void *heap, size_t count, size_t size);
HIDDEN void *bs_core_realloc(void *heap, void *block, size_t size);
HIDDEN void *bs_core_aligned(void *heap, size_t alignment, size_t size);
HIDDEN size_t bs_core_usable_size(void *block);
HIDDEN void bs_core_thread_end(struct bs_thread *thread);
HIDDEN void bs_core_fork_prepare(void);
HIDDEN void bs_core_fork_parent(void);
HIDDEN void bs_core_fork_child(void);
HIDDEN size_t bs_core_trim(void);
HIDDEN size_t bs_core_stats_json(char *target, size_t room);
HIDDEN void *bs_core_allocator_new(size_t limit);
HIDDEN void *bs_core_allocator_alloc(void *allocator, size_t size);
HIDDEN void bs_core_allocator_free(void *allocator, void *block);
HIDDEN void bs_core_allocator_reset(void *allocator);
HIDDEN void bs_core_allocator_destroy(void *allocator);

static inline int bs_is_power_of_two(size_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

#endif
