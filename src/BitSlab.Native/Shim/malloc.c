/* The standard names, for LD_PRELOAD and for programs that are linked with the library: C, the C library's own, and C++. */
#include "shim.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

EXPORTED void *malloc(size_t size)
{
    return bs_core_malloc(bs_this_thread.heap, size);
}

EXPORTED void free(void *block)
{
    bs_core_free(bs_this_thread.heap, block);
}

EXPORTED void *calloc(size_t count, size_t size)
{
    return bs_core_calloc(bs_this_thread.heap, count, size);
}

EXPORTED void *realloc(void *block, size_t size)
{
    return bs_core_realloc(bs_this_thread.heap, block, size);
}

EXPORTED void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }

    return bs_core_realloc(bs_this_thread.heap, block, bytes);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
    if (!bs_is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }

    return bs_core_aligned(bs_this_thread.heap, alignment, size);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
    /* Rounded up, as the C library's does. */
    size_t power = 16;
    while (power < alignment && power <= SIZE_MAX / 2) {
        power *= 2;
    }

    return bs_core_aligned(bs_this_thread.heap, power, size);
}

EXPORTED int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (!bs_is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }

    int before = errno;
    void *result = bs_core_aligned(bs_this_thread.heap, alignment, size);
    errno = before;
    if (result == NULL) {
        return ENOMEM;
    }

    *block = result;
    return 0;
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

EXPORTED void *valloc(size_t size)
{
    return bs_core_aligned(bs_this_thread.heap, page_size(), size);
}

EXPORTED void *pvalloc(size_t size)
{
    size_t page = page_size();
    if (size > SIZE_MAX - page) {
        errno = ENOMEM;
        return NULL;
    }

    return bs_core_aligned(bs_this_thread.heap, page, (size + page - 1) & ~(page - 1));
}

EXPORTED size_t malloc_usable_size(void *block)
{
    return bs_core_usable_size(block);
}

EXPORTED void free_sized(void *block, size_t size)
{
    (void)size;
    bs_core_free(bs_this_thread.heap, block);
}

EXPORTED void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    bs_core_free(bs_this_thread.heap, block);
}

EXPORTED void cfree(void *block)
{
    bs_core_free(bs_this_thread.heap, block);
}

EXPORTED int malloc_trim(size_t pad)
{
    (void)pad;
    return bs_core_trim() != 0;
}

/* ---- C++: operators new and delete, by their mangled names; the standard library is there where they are called ---- */

typedef void (*new_handler)(void);
extern new_handler std_get_new_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
extern void std_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak, noreturn));

static void *new_slow(size_t alignment, size_t size)
{
    for (;;) {
        new_handler handler = std_get_new_handler != NULL ? std_get_new_handler() : NULL;
        if (handler == NULL) {
            if (std_throw_bad_alloc != NULL) {
                std_throw_bad_alloc();
            }

            abort();
        }

        /* It makes room, or throws, or does not return. */
        handler();
        void *block = bs_core_aligned(bs_this_thread.heap, alignment, size);
        if (block != NULL) {
            return block;
        }
    }
}

static inline void *new_block(size_t size)
{
    void *block = bs_core_malloc(bs_this_thread.heap, size);
    return LIKELY(block != NULL) ? block : new_slow(1, size);
}

static inline void *new_aligned(size_t size, size_t alignment)
{
    void *block = bs_core_aligned(bs_this_thread.heap, alignment, size);
    return LIKELY(block != NULL) ? block : new_slow(alignment, size);
}

/* The letter of size_t in a mangled name. */
#if __SIZEOF_SIZE_T__ == __SIZEOF_LONG_LONG__
#define SIZED(before, behind) before##m##behind
#else
#define SIZED(before, behind) before##j##behind
#endif

#define OPERATOR_NEW(name, parameters, body) EXPORTED void *name parameters; EXPORTED void *name parameters { return body; }
#define OPERATOR_DELETE(name, parameters) EXPORTED void name parameters; EXPORTED void name parameters { bs_core_free(bs_this_thread.heap, block); }

OPERATOR_NEW(SIZED(_Znw, ), (size_t size), new_block(size))
OPERATOR_NEW(SIZED(_Zna, ), (size_t size), new_block(size))
OPERATOR_NEW(SIZED(_Znw, RKSt9nothrow_t), (size_t size, const void *nothrow __attribute__((unused))), bs_core_malloc(bs_this_thread.heap, size))
OPERATOR_NEW(SIZED(_Zna, RKSt9nothrow_t), (size_t size, const void *nothrow __attribute__((unused))), bs_core_malloc(bs_this_thread.heap, size))
OPERATOR_NEW(SIZED(_Znw, St11align_val_t), (size_t size, size_t alignment), new_aligned(size, alignment))
OPERATOR_NEW(SIZED(_Zna, St11align_val_t), (size_t size, size_t alignment), new_aligned(size, alignment))
OPERATOR_NEW(SIZED(_Znw, St11align_val_tRKSt9nothrow_t), (size_t size, size_t alignment, const void *nothrow __attribute__((unused))),
    bs_core_aligned(bs_this_thread.heap, alignment, size))
OPERATOR_NEW(SIZED(_Zna, St11align_val_tRKSt9nothrow_t), (size_t size, size_t alignment, const void *nothrow __attribute__((unused))),
    bs_core_aligned(bs_this_thread.heap, alignment, size))
OPERATOR_DELETE(_ZdlPv, (void *block))
OPERATOR_DELETE(_ZdaPv, (void *block))
OPERATOR_DELETE(SIZED(_ZdlPv, ), (void *block, size_t size __attribute__((unused))))
OPERATOR_DELETE(SIZED(_ZdaPv, ), (void *block, size_t size __attribute__((unused))))
OPERATOR_DELETE(_ZdlPvRKSt9nothrow_t, (void *block, const void *nothrow __attribute__((unused))))
OPERATOR_DELETE(_ZdaPvRKSt9nothrow_t, (void *block, const void *nothrow __attribute__((unused))))
OPERATOR_DELETE(_ZdlPvSt11align_val_t, (void *block, size_t alignment __attribute__((unused))))
OPERATOR_DELETE(_ZdaPvSt11align_val_t, (void *block, size_t alignment __attribute__((unused))))
OPERATOR_DELETE(SIZED(_ZdlPv, St11align_val_t), (void *block, size_t size __attribute__((unused)), size_t alignment __attribute__((unused))))
OPERATOR_DELETE(SIZED(_ZdaPv, St11align_val_t), (void *block, size_t size __attribute__((unused)), size_t alignment __attribute__((unused))))
OPERATOR_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t,
    (void *block, size_t alignment __attribute__((unused)), const void *nothrow __attribute__((unused))))
OPERATOR_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t,
    (void *block, size_t alignment __attribute__((unused)), const void *nothrow __attribute__((unused))))
