/* Small pieces of work through bs_malloc and through the C library's malloc, in turn in one process; prints for each round of each
   LABEL,WORK,CONTENDER,ROUND,NS, where NS is per block, allocated and freed: bits LABEL ROUNDS */
#include <bitslab.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 1000
#define WINDOW 10000
#define BLOCKS 50000

static void *volatile sink;
static void *blocks[WINDOW];
static unsigned order[BATCH];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

/* The same code for each contender, which it calls by name. */
#define CONTENDER(name, allocate, release) \
    static void name##_pair(void) \
    { \
        for (int i = 0; i < BLOCKS; i++) { \
            void *block = allocate(64); \
            sink = block; \
            release(block); \
        } \
    } \
    static void name##_in_order(void) \
    { \
        for (int k = 0; k < BLOCKS / BATCH; k++) { \
            for (int i = 0; i < BATCH; i++) { \
                blocks[i] = allocate(64); \
            } \
            for (int i = 0; i < BATCH; i++) { \
                release(blocks[i]); \
            } \
        } \
    } \
    static void name##_at_random(void) \
    { \
        for (int k = 0; k < BLOCKS / BATCH; k++) { \
            for (int i = 0; i < BATCH; i++) { \
                blocks[i] = allocate(64); \
            } \
            for (int i = 0; i < BATCH; i++) { \
                release(blocks[order[i]]); \
            } \
        } \
    } \
    /* Each has a window of its own, which lives on from round to round. */ \
    static void name##_mixed(void) \
    { \
        static void *window[WINDOW]; \
        static unsigned random = 1; \
        for (int i = 0; i < BLOCKS; i++) { \
            random = random * 1664525u + 1013904223u; \
            void **block = &window[(random >> 8) % WINDOW]; \
            release(*block); \
            *block = allocate(1 + (random >> 20) % 1024); \
        } \
    }

CONTENDER(bitslab, bs_malloc, bs_free)
CONTENDER(malloc, malloc, free)

static const struct {
    const char *name;
    void (*bodies[2])(void);
} works[] = {
    {"pair of 64 bytes", {bitslab_pair, malloc_pair}},
    {"1000 blocks of 64 bytes freed in order", {bitslab_in_order, malloc_in_order}},
    {"1000 blocks of 64 bytes freed at random", {bitslab_at_random, malloc_at_random}},
    {"1 to 1024 bytes among 10000 live", {bitslab_mixed, malloc_mixed}},
};

int main(int count, char **arguments)
{
    static const char *const contenders[] = {"bitslab", "malloc"};
    if (count != 3) {
        return 1;
    }

    int rounds = atoi(arguments[2]);
    unsigned random = 1;
    for (unsigned i = 0; i < BATCH; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned other = (random >> 8) % (i + 1);
        order[i] = order[other];
        order[other] = i;
    }

    /* The first rounds fill the windows, and are not told. */
    for (int round = -5; round < rounds; round++) {
        for (unsigned w = 0; w < sizeof(works) / sizeof(*works); w++) {
            for (int turn = 0; turn < 2; turn++) {
                int c = (round ^ turn) & 1;
                double begin = now();
                works[w].bodies[c]();
                double time = (now() - begin) / BLOCKS;
                if (round >= 0) {
                    printf("%s,%s,%s,%d,%.2f\n", arguments[1], works[w].name, contenders[c], round, time);
                }
            }
        }
    }

    return 0;
}
