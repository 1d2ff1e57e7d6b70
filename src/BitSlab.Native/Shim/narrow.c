/*
 * For processors of 32 bits: what is no instruction there, or none that the IL compiler makes. The atomic operations are whole: one access of 64 bits
 * (ldrexd and strexd on Arm since version 7), so that no other thread sees half of a word, and full barriers where .NET's are.
 */
#include "shim.h"

#if __SIZEOF_POINTER__ == 4

#include <stdint.h>

_Static_assert(__atomic_always_lock_free(sizeof(uint64_t), 0), "64 bits have to be atomic");

HIDDEN uint64_t bs_load_64(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

HIDDEN void bs_store_64(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

HIDDEN void bs_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* The __sync functions are full barriers, on both sides and whether they store or not; __atomic ones of sequential consistency let later loads pass. */
HIDDEN uint64_t bs_compare_exchange_64(uint64_t *word, uint64_t value, uint64_t expected)
{
    return __sync_val_compare_and_swap(word, expected, value);
}

HIDDEN uint32_t bs_compare_exchange_32(uint32_t *word, uint32_t value, uint32_t expected)
{
    return __sync_val_compare_and_swap(word, expected, value);
}

HIDDEN uint64_t bs_exchange_add_64(uint64_t *word, uint64_t value)
{
    return __sync_fetch_and_add(word, value);
}

HIDDEN uint64_t bs_exchange_64(uint64_t *word, uint64_t value)
{
    bs_fence();
    uint64_t before = __atomic_exchange_n(word, value, __ATOMIC_RELAXED);
    bs_fence();
    return before;
}

HIDDEN uint32_t bs_exchange_32(uint32_t *word, uint32_t value)
{
    bs_fence();
    uint32_t before = __atomic_exchange_n(word, value, __ATOMIC_RELAXED);
    bs_fence();
    return before;
}

/* ---- arithmetic; those with an Rhp are the IL compiler's names ---- */

HIDDEN int bs_trailing_zeros(uint64_t word)
{
    return __builtin_ctzll(word);
}

HIDDEN uint64_t RhpLLsh(uint64_t number, int shift)
{
    return number << (shift & 63);
}

HIDDEN uint64_t RhpLRsz(uint64_t number, int shift)
{
    return number >> (shift & 63);
}

HIDDEN uint64_t RhpLMul(uint64_t a, uint64_t b)
{
    return a * b;
}

HIDDEN uint32_t bs_divide_32(uint32_t dividend, uint32_t divisor)
{
    return dividend / divisor;
}

HIDDEN uint32_t bs_modulo_32(uint32_t dividend, uint32_t divisor)
{
    return dividend % divisor;
}

HIDDEN int32_t bs_divide_s32(int32_t dividend, int32_t divisor)
{
    return dividend / divisor;
}

HIDDEN int32_t bs_modulo_s32(int32_t dividend, int32_t divisor)
{
    return dividend % divisor;
}

HIDDEN uint64_t bs_divide_64(uint64_t dividend, uint64_t divisor)
{
    return dividend / divisor;
}

HIDDEN uint64_t bs_modulo_64(uint64_t dividend, uint64_t divisor)
{
    return dividend % divisor;
}

#endif
