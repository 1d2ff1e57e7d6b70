/* Replays a trace (the format of docs/command-line.md, unpacked) through malloc's names, on one thread, and prints ns per event: the least of some
   rounds. Each block's first and last byte are written. replay FILE ROUNDS */
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

/* Memory of the replay's own, which is none of malloc's. */
static void *own(size_t bytes)
{
    void *result = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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

int main(int count, char **arguments)
{
    struct stat file;
    int descriptor = count > 2 ? open(arguments[1], O_RDONLY) : -1;
    if (descriptor < 0 || fstat(descriptor, &file) != 0) {
        return 2;
    }

    const unsigned char *text = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    uint64_t events;
    uint64_t slots;
    memcpy(&events, text + 16, 8);
    memcpy(&slots, text + 24, 8);
    struct event *list = own(events * sizeof(*list));
    char **blocks = own(slots * sizeof(*blocks));
    const unsigned char *at = text + 32;
    for (uint64_t i = 0; i < events; i++) {
        list[i].op = (uint32_t)number(&at) & 7;
        list[i].slot = (uint32_t)number(&at);
        list[i].size = list[i].op == 1 ? 0 : number(&at);
        list[i].alignment = list[i].op == 4 ? number(&at) : 0;
    }

    double least = 1e30;
    for (int round = 0; round < atoi(arguments[2]); round++) {
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

        double time = (now() - begin) / (double)events;
        least = time < least ? time : least;
        for (uint64_t i = 0; i < slots; i++) {
            free(blocks[i]);
            blocks[i] = NULL;
        }
    }

    printf("%.3f\n", least);
    return 0;
}
