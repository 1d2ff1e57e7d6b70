/* Replays a trace (the format of docs/command-line.md, unpacked) through malloc's names, on one thread, and prints ns per event: of the first
   replay, whose memory is fresh, and of the best of so many passes after it. A pass repeats the trace until it is long enough to be timed. Each
   block's first and last byte are written. replay FILE PASSES */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>

struct event {
    uint32_t op;
    uint32_t slot;
    uint64_t size;
    uint64_t alignment;
};

static uint64_t number(const unsigned char **at)
{
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            return value;
        }
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Memory of the replay's own, which is none of malloc's, and there from the start: its page faults are not the allocator's. */
static void *own(size_t bytes)
{
    void *result = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (result == MAP_FAILED) {
        perror("replay");
        exit(1);
    }

    return result;
}

static inline void touch(char *block, size_t size)
{
    if (size != 0) {
        block[0] = 1;
        block[size - 1] = 1;
    }
}

static struct event *list;
static uint64_t events;
static char **blocks;
static uint64_t slots;

/* The time of all events, in ns. What the program left behind is freed outside of it. */
static double replay(void)
{
    double begin = now();
    for (uint64_t i = 0; i < events; i++) {
        const struct event *event = &list[i];
        char **block = &blocks[event->slot];
        switch (event->op) {
        case 0: *block = malloc(event->size); break;
        case 1: free(*block); *block = NULL; continue;
        case 2: *block = realloc(*block, event->size); break;
        case 3: *block = calloc(1, event->size); break;
        default: *block = memalign(event->alignment, event->size); break;
        }

        touch(*block, event->size);
    }

    double time = now() - begin;
    for (uint64_t i = 0; i < slots; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }

    return time;
}

static double pass(void)
{
    double time = 0;
    int repeats = 0;
    while (time < 20e6) {
        time += replay();
        repeats++;
    }

    return time / repeats;
}

int main(int count, char **arguments)
{
    struct stat file;
    int descriptor = count > 2 ? open(arguments[1], O_RDONLY) : -1;
    if (descriptor < 0 || fstat(descriptor, &file) != 0) {
        return 2;
    }

    const unsigned char *text = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    memcpy(&events, text + 16, 8);
    memcpy(&slots, text + 24, 8);
    list = own(events * sizeof(*list));
    blocks = own(slots * sizeof(*blocks));
    const unsigned char *at = text + 32;
    for (uint64_t i = 0; i < events; i++) {
        list[i].op = (uint32_t)number(&at) & 7;
        list[i].slot = (uint32_t)number(&at);
        list[i].size = list[i].op == 1 ? 0 : number(&at);
        list[i].alignment = list[i].op == 4 ? number(&at) : 0;
    }

    double first = replay();
    double steady = pass();
    for (int i = 1; i < atoi(arguments[2]); i++) {
        double time = pass();
        steady = time < steady ? time : steady;
    }

    printf("%.3f %.3f\n", first / (double)events, steady / (double)events);
    return 0;
}
