/* The functions of bitslab.h, beside the C library's own malloc. */
#define _GNU_SOURCE
#include <bitslab.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void calls_of_malloc(void)
{
    void *foreign = malloc(100);
    for (size_t size = 0; size < 100000; size = size * 2 + 1) {
        char *block = bs_malloc(size);
        CHECK(block != NULL && bs_usable_size(block) >= size);
        fill(block, size);
        CHECK(is_filled(block, size));
        memset(block, 5, size);
        block = bs_realloc(block, size * 3 + 1);
        CHECK(size == 0 || (block[0] == 5 && block[size - 1] == 5));
        bs_free(block);
        block = bs_calloc(size, 3);
        CHECK(is_zero(block, size * 3));
        bs_free(block);
        block = bs_aligned_alloc(256, size);
        CHECK((uintptr_t)block % 256 == 0);
        bs_free(block);
    }

    errno = 0;
    CHECK(bs_aligned_alloc(48, 1) == NULL && errno == EINVAL);
    bs_free(NULL);
    free(foreign);
}

static void *use_allocator(void *allocator)
{
    for (int i = 0; i < 3000; i++) {
        void *block = bs_allocator_alloc(allocator, 1 + i % 700);
        CHECK(block != NULL);
        fill(block, 1 + i % 700);
        if (i % 3 != 0) {
            CHECK(is_filled(block, 1 + i % 700));
            bs_allocator_free(allocator, block);
        }
    }

    return NULL;
}

static void allocators(void)
{
    for (int round = 0; round < 50; round++) {
        bs_allocator *first = bs_allocator_new(0);
        bs_allocator *second = bs_allocator_new(0);
        pthread_t threads[2];
        CHECK(first != NULL && second != NULL);
        CHECK(pthread_create(&threads[0], NULL, use_allocator, first) == 0 && pthread_create(&threads[1], NULL, use_allocator, second) == 0);
        use_allocator(first);
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        bs_allocator_reset(second);
        use_allocator(second);
        bs_allocator_destroy(first);
        bs_allocator_destroy(second);
    }

    bs_allocator_destroy(NULL);
}

static void limits(void)
{
    bs_allocator *allocator = bs_allocator_new(2 << 20);
    void *blocks[1000];
    int count = 0;
    errno = 0;
    while (count < 1000 && (blocks[count] = bs_allocator_alloc(allocator, 10000)) != NULL) {
        count++;
    }

    CHECK(count > 50 && count < 210 && errno == ENOMEM);
    for (int i = 0; i < count; i++) {
        bs_allocator_free(allocator, blocks[i]);
    }

    void *again = bs_allocator_alloc(allocator, 10000);
    CHECK(again != NULL);
    bs_allocator_free(allocator, again);
    bs_allocator_free(allocator, NULL);
    bs_allocator_destroy(allocator);
}

static void statistics(void)
{
    char text[1000];
    void *block = bs_malloc(3 << 20);
    size_t length = bs_stats_json(text, sizeof(text));
    CHECK(length == strlen(text) && text[0] == '{' && text[length - 1] == '}');
    CHECK(strstr(text, "\"live_blocks\":1,") != NULL && strstr(text, "\"large_bytes\":3145728,") != NULL && strstr(text, "\"invalid_frees\":0,") != NULL);
    bs_free(block);
    memset(text, 'x', sizeof(text));
    CHECK(bs_stats_json(text, 5) > 100 && memcmp(text, "{\"li\0x", 6) == 0 && bs_stats_json(text, 0) > 100 && text[0] == '{');
    bs_trim();
}

/* ---- frees of what is no live block: each ends a child ---- */

static char no_block[64];

static void free_twice(void)
{
    void *block = bs_malloc(100);
    bs_free(block);
    bs_free(block);
}

static void free_within(void)
{
    char *block = bs_malloc(100);
    bs_free(block + 16);
}

static void free_nothing(void)
{
    bs_free(no_block);
}

static void free_large_twice(void)
{
    void *block = bs_malloc(5 << 20);
    bs_free(block);
    bs_free(block);
}

static void free_in_another(void)
{
    bs_allocator *first = bs_allocator_new(0);
    bs_allocator *second = bs_allocator_new(0);
    bs_allocator_free(second, bs_allocator_alloc(first, 100));
}

static void free_stale(void)
{
    bs_allocator *allocator = bs_allocator_new(0);
    void *block = bs_allocator_alloc(allocator, 100);
    bs_allocator_reset(allocator);
    bs_allocator_free(allocator, block);
}

static void resize_what_is_free(void)
{
    void *block = bs_malloc(100);
    bs_free(block);
    (void)!bs_realloc(block, 5000);
}

static void free_well(void)
{
    bs_free(bs_malloc(100));
}

static void expect(void (*body)(void), const char *said, int ignores)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }

    close(ends[1]);
    char text[200] = "";
    size_t length = 0;
    ssize_t count;
    while ((count = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0) {
        length += (size_t)count;
    }

    close(ends[0]);
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (said == NULL || ignores) {
        CHECK(status == 0 && length == 0);
        return;
    }

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CHECK(strncmp(text, said, strlen(said)) == 0 && strncmp(text + strlen(said), "0x", 2) == 0);

    /* One line; an emulator has a word of its own to say of a signal. */
    const char *end = strchr(text, '\n');
    CHECK(end == text + length - 1 || (end != NULL && strncmp(end + 1, "qemu: ", 6) == 0));
}

static void invalid_frees(void)
{
    const char *option = getenv("BITSLAB_INVALID_FREE");
    int ignores = option != NULL && strcmp(option, "ignore") == 0;
    bs_free(bs_malloc(1));
    expect(free_well, NULL, ignores);
    expect(free_twice, "bitslab: double free of ", ignores);
    expect(free_large_twice, "bitslab: double free of ", ignores);
    expect(free_within, "bitslab: free of a pointer into a block: ", ignores);
    expect(free_nothing, "bitslab: free of what is no block: ", ignores);
    expect(free_in_another, "bitslab: free of another allocator's block: ", ignores);
    expect(free_stale, "bitslab: free of a block from before a reset: ", ignores);
    expect(resize_what_is_free, "bitslab: double free of ", ignores);
}

int main(void)
{
    alarm(120);
    calls_of_malloc();
    statistics();
    allocators();
    limits();
    invalid_frees();
    puts("passed bitslab.h");
    return 0;
}
