/* Small pieces of work through malloc's names; prints a name and ns per block for each, the least of some rounds. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RING 1024

static void *volatile sink;
static void *ring[RING];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static double pairs(size_t size, int count)
{
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
    for (int k = 0; k < 300; k++) {
        for (int i = 0; i < 1000; i++) {
            blocks[i] = malloc(size);
        }

        for (int i = 0; i < 1000; i++) {
            free(blocks[i]);
        }
    }

    return (now() - begin) / 300000;
}

static double replacements(void)
{
    static void *blocks[10000];
    unsigned random = 1;
    double begin = now();
    for (int i = 0; i < 1000000; i++) {
        random = random * 1664525u + 1013904223u;
        void **block = &blocks[(random >> 8) % 10000];
        free(*block);
        *block = malloc(1 + (random >> 20) % 1024);
    }

    return (now() - begin) / 1000000;
}

static void *consume(void *count)
{
    for (long i = 0; i < (long)count; i++) {
        void *block;
        while ((block = __atomic_load_n(&ring[i % RING], __ATOMIC_ACQUIRE)) == NULL) {
            sched_yield();
        }

        __atomic_store_n(&ring[i % RING], NULL, __ATOMIC_RELEASE);
        free(block);
    }

    return NULL;
}

static double handed_over(void)
{
    const long count = 400000;
    pthread_t consumer;
    pthread_create(&consumer, NULL, consume, (void *)count);
    double begin = now();
    for (long i = 0; i < count; i++) {
        void *block = malloc(1 + (size_t)i * 7919 % 1024);
        while (__atomic_load_n(&ring[i % RING], __ATOMIC_ACQUIRE) != NULL) {
            sched_yield();
        }

        __atomic_store_n(&ring[i % RING], block, __ATOMIC_RELEASE);
    }

    pthread_join(consumer, NULL);
    return (now() - begin) / (double)count;
}

int main(void)
{
    static const char *names[] = {"pair of 64", "pair of 3,000", "pair of 100,000", "1,000 of 64, then freed", "random of 10,000 replaced", "one allocates, another frees"};
    double least[6] = {1e30, 1e30, 1e30, 1e30, 1e30, 1e30};
    for (int round = 0; round < 9; round++) {
        double times[6] = {pairs(64, 1000000), pairs(3000, 300000), pairs(100000, 50000), batches(64), replacements(), handed_over()};
        for (int i = 0; i < 6; i++) {
            least[i] = times[i] < least[i] ? times[i] : least[i];
        }
    }

    for (int i = 0; i < 6; i++) {
        printf("%s,%.3f\n", names[i], least[i]);
    }

    return 0;
}
