/* Small pieces of work through malloc's names; prints a name and ns per block for each, the least of so many passes: micro PASSES */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void *volatile sink;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static double pairs(size_t size)
{
    int count = size < 10000 ? 1000000 : 100000;
    double begin = now();
    for (int i = 0; i < count; i++) {
        sink = malloc(size);
        free(sink);
    }

    return (now() - begin) / count;
}

static double batches(size_t size)
{
    static void *blocks[1000];
    double begin = now();
    for (int k = 0; k < 1000; k++) {
        for (int i = 0; i < 1000; i++) {
            blocks[i] = malloc(size);
        }

        for (int i = 0; i < 1000; i++) {
            free(blocks[i]);
        }
    }

    return (now() - begin) / 1e6;
}

/* Random blocks among those that live give way to new ones. */
struct share {
    void *blocks[10000];
    unsigned live;
    unsigned count;
    unsigned random;
};

static void *replace(void *argument)
{
    struct share *share = argument;
    unsigned random = share->random;
    for (unsigned i = 0; i < share->count; i++) {
        random = random * 1664525u + 1013904223u;
        void **block = &share->blocks[(random >> 8) % share->live];
        free(*block);
        *block = malloc(1 + (random >> 20) % 1024);
    }

    share->random = random;
    return NULL;
}

static void let_go(struct share *share)
{
    for (unsigned i = 0; i < share->live; i++) {
        free(share->blocks[i]);
        share->blocks[i] = NULL;
    }
}

/* What lives goes on from pass to pass. */
static double replacements(size_t live)
{
    static struct share share = {.count = 1000000, .random = 1};
    share.live = (unsigned)live;
    double begin = now();
    replace(&share);
    return (now() - begin) / share.count;
}

/* As in Larson's server: threads come and go, and each frees what one before it allocated. */
static double generations(size_t live)
{
    static struct share shares[2] = {{.count = 20000, .random = 1}, {.count = 20000, .random = 2}};
    const int count = 40;
    shares[0].live = shares[1].live = (unsigned)live;
    double begin = now();
    for (int i = 0; i < count; i++) {
        pthread_t threads[2];
        for (int k = 0; k < 2; k++) {
            if (pthread_create(&threads[k], NULL, replace, &shares[(i + k) % 2]) != 0) {
                abort();
            }
        }

        for (int k = 0; k < 2; k++) {
            pthread_join(threads[k], NULL);
        }
    }

    double time = now() - begin;
    let_go(&shares[0]);
    let_go(&shares[1]);
    return time / count / (shares[0].count + shares[1].count);
}

#define HANDED_OVER 1000000
static void *ring[65536];

static void *consume(void *slots)
{
    for (size_t i = 0; i < HANDED_OVER; i++) {
        void **slot = &ring[i & ((size_t)slots - 1)];
        void *block;
        while ((block = __atomic_load_n(slot, __ATOMIC_ACQUIRE)) == NULL) {
            sched_yield();
        }

        __atomic_store_n(slot, NULL, __ATOMIC_RELEASE);
        free(block);
    }

    return NULL;
}

/* One thread allocates and hands over through a ring, another frees. */
static double handed_over(size_t slots)
{
    pthread_t consumer;
    if (pthread_create(&consumer, NULL, consume, (void *)slots) != 0) {
        abort();
    }

    double begin = now();
    for (size_t i = 0; i < HANDED_OVER; i++) {
        void **slot = &ring[i & (slots - 1)];
        void *block = malloc(1 + i * 7919 % 1024);
        if (block == NULL) {
            abort();
        }

        while (__atomic_load_n(slot, __ATOMIC_ACQUIRE) != NULL) {
            sched_yield();
        }

        __atomic_store_n(slot, block, __ATOMIC_RELEASE);
    }

    pthread_join(consumer, NULL);
    return (now() - begin) / HANDED_OVER;
}

static const struct {
    const char *name;
    double (*run)(size_t);
    size_t argument;
} works[] = {
    {"pair of 16", pairs, 16},
    {"pair of 64", pairs, 64},
    {"pair of 256", pairs, 256},
    {"pair of 1,000", pairs, 1000},
    {"pair of 3,000", pairs, 3000},
    {"pair of 32,000", pairs, 32000},
    {"pair of 100,000", pairs, 100000},
    {"1,000 of 64, then freed", batches, 64},
    {"1,000 of 1,000, then freed", batches, 1000},
    {"random of 10,000 replaced", replacements, 10000},
    {"one allocates, another frees, ring of 1,024", handed_over, 1024},
    {"one allocates, another frees, ring of 65,536", handed_over, 65536},
    {"two threads come and go, their blocks stay", generations, 1000},
};
#define WORKS (sizeof(works) / sizeof(works[0]))

int main(int count, char **arguments)
{
    int passes = count > 1 ? atoi(arguments[1]) : 0;
    if (passes < 1) {
        return 2;
    }

    for (size_t i = 0; i < WORKS; i++) {
        double least = works[i].run(works[i].argument);
        for (int pass = 1; pass < passes; pass++) {
            double time = works[i].run(works[i].argument);
            least = time < least ? time : least;
        }

        printf("%s|%.3f\n", works[i].name, least);
    }

    return 0;
}
