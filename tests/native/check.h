/* What the tests here share. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            _exit(1); \
        } \
    } while (0)

/* Every byte of a block follows from its size and address, so that a byte of another's is seen. */
static inline unsigned char byte_of(const void *block, size_t size, size_t at)
{
    return (unsigned char)(((uintptr_t)block >> 4) * 31 + size * 7 + at);
}

static inline void fill(void *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)block)[i] = byte_of(block, size, i);
    }
}

static inline int is_filled(const void *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const unsigned char *)block)[i] != byte_of(block, size, i)) {
            return 0;
        }
    }

    return 1;
}

static inline int is_zero(const void *block, size_t size)
{
    const unsigned char *bytes = block;
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Numbers that are the same in each run. */
static inline unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#endif
