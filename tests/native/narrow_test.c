/* The atomic operations of 64 bits on processors of 32, by two threads at a time: no half is seen, and nothing is lost. Linked with Shim/narrow.c. */
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "check.h"

uint64_t bs_load_64(const uint64_t *word);
void bs_store_64(uint64_t *word, uint64_t value);
uint64_t bs_exchange_64(uint64_t *word, uint64_t value);
uint32_t bs_exchange_32(uint32_t *word, uint32_t value);
uint64_t bs_compare_exchange_64(uint64_t *word, uint64_t value, uint64_t expected);
uint32_t bs_compare_exchange_32(uint32_t *word, uint32_t value, uint32_t expected);
uint64_t bs_exchange_add_64(uint64_t *word, uint64_t value);

#define TURNS 2000000

/* Both halves of what is added: a carry that is lost is seen. */
#define STEP 0xffffffffu

static uint64_t wide;
static uint32_t narrow;
static int is_over;

static void *stores(void *nothing)
{
    for (int i = 0; i < TURNS; i++) {
        bs_store_64(&wide, i % 2 == 0 ? UINT64_MAX : 0);
    }

    __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
    return nothing;
}

static void loads(void)
{
    while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
        uint64_t seen = bs_load_64(&wide);
        CHECK(seen == 0 || seen == UINT64_MAX);
    }
}

/* Adds by each operation that can; the exchanges take out what they find, and the other has it in the sum. */
static void *add(void *sum)
{
    uint64_t taken = 0;
    for (int i = 0; i < TURNS; i++) {
        uint64_t seen;
        uint32_t part;
        bs_exchange_add_64(&wide, STEP);
        do {
            seen = bs_load_64(&wide);
        } while (bs_compare_exchange_64(&wide, seen + STEP, seen) != seen);
        do {
            part = __atomic_load_n(&narrow, __ATOMIC_RELAXED);
        } while (bs_compare_exchange_32(&narrow, part + 1, part) != part);
        if (i % 3 == 0) {
            taken += bs_exchange_64(&wide, 0);
            taken += bs_exchange_32(&narrow, 0);
        }
    }

    *(uint64_t *)sum = taken;
    return NULL;
}

int main(void)
{
    pthread_t other;
    CHECK(pthread_create(&other, NULL, stores, NULL) == 0);
    loads();
    pthread_join(other, NULL);
    wide = 0;
    uint64_t sums[2];
    CHECK(pthread_create(&other, NULL, add, &sums[1]) == 0);
    add(&sums[0]);
    pthread_join(other, NULL);
    CHECK(sums[0] + sums[1] + wide + narrow == 2ull * TURNS * (2ull * STEP + 1));
    puts("passed atomics of 64 bits");
    return 0;
}
