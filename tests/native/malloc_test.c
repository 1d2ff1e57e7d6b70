/* The standard names, by whichever library serves them: it is run with LD_PRELOAD, and without as a control of itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* The compiler may not know what these do. */
static void *(*volatile use_malloc)(size_t) = malloc;
static void *(*volatile use_calloc)(size_t, size_t) = calloc;
static void *(*volatile use_realloc)(void *, size_t) = realloc;
static void *(*volatile use_reallocarray)(void *, size_t, size_t) = reallocarray;
static void (*volatile use_free)(void *) = free;

static void sizes(void)
{
    CHECK(use_malloc(0) != NULL && use_malloc(0) != use_malloc(0));
    use_free(NULL);
    CHECK(malloc_usable_size(NULL) == 0);
    for (size_t size = 0; size < 5 << 20; size += size < 2000 ? 1 : size < 70000 ? 311 : size / 3) {
        void *block = use_malloc(size);
        CHECK(block != NULL && (uintptr_t)block % (size < 16 ? 8 : 16) == 0);
        size_t usable = malloc_usable_size(block);
        CHECK(usable >= size);
        fill(block, usable);
        void *other = use_malloc(size);
        fill(other, size);
        CHECK(is_filled(block, usable));
        use_free(other);
        CHECK(is_filled(block, usable));
        use_free(block);
        void *zeroed = use_calloc(size, 1);
        CHECK(is_zero(zeroed, size));
        use_free(zeroed);
    }
}

static void resizes(void)
{
    unsigned random = 1;
    unsigned char *block = NULL;
    size_t size = 0;
    for (int i = 0; i < 3000; i++) {
        size_t wanted = 1 + next_random(&random) % (i % 10 == 0 ? 6000000 : i % 3 == 0 ? 90000 : 3000);
        block = use_realloc(block, wanted);
        CHECK(block != NULL);
        for (size_t k = 0; k < (size < wanted ? size : wanted); k += 61) {
            CHECK(block[k] == (unsigned char)(k * 13));
        }

        for (size_t k = 0; k < wanted; k += 61) {
            block[k] = (unsigned char)(k * 13);
        }

        size = wanted;
    }

    CHECK(use_realloc(block, 0) == NULL);
    block = use_realloc(NULL, 100);
    CHECK(block != NULL && use_realloc(block, SIZE_MAX) == NULL && errno == ENOMEM);
    use_free(block);
}

static void shortages(void)
{
    size_t impossible[] = {SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2 + 1, SIZE_MAX > UINT32_MAX ? SIZE_MAX >> 17 : SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof(impossible) / sizeof(*impossible); i++) {
        errno = 0;
        CHECK(use_malloc(impossible[i]) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(aligned_alloc(4096, impossible[i] & ~(size_t)4095) == NULL && errno == ENOMEM);
    }

    errno = 0;
    CHECK(use_calloc(SIZE_MAX / 2, 4) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(use_calloc((size_t)1 << sizeof(size_t) * 4, (size_t)1 << sizeof(size_t) * 4) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(use_reallocarray(NULL, SIZE_MAX / 2, 4) == NULL && errno == ENOMEM);
    void *block = NULL;
    CHECK(posix_memalign(&block, 4096, SIZE_MAX - 8192) == ENOMEM && block == NULL);
    errno = 77;
    block = use_malloc(3 << 20);
    use_free(block);
    use_free(use_calloc(100, 10));
    CHECK(errno == 77);
}

static void alignments(void)
{
    for (size_t alignment = 8; alignment <= 8 << 20; alignment *= 2) {
        for (size_t size = 1; size < 3 << 20; size = size * 3 + 1) {
            void *blocks[3] = {memalign(alignment, size), aligned_alloc(alignment, size), NULL};
            CHECK(posix_memalign(&blocks[2], alignment, size) == 0);
            for (int i = 0; i < 3; i++) {
                CHECK(blocks[i] != NULL && (uintptr_t)blocks[i] % alignment == 0 && malloc_usable_size(blocks[i]) >= size);
                fill(blocks[i], size);
            }

            for (int i = 0; i < 3; i++) {
                CHECK(is_filled(blocks[i], size));
                use_free(blocks[i]);
            }
        }
    }

    void *block = &block;
    CHECK(posix_memalign(&block, 3, 8) == EINVAL && posix_memalign(&block, 0, 8) == EINVAL && posix_memalign(&block, sizeof(void *) / 2, 8) == EINVAL);
    CHECK(block == &block);
    void *page = valloc(10);
    CHECK((uintptr_t)page % (size_t)sysconf(_SC_PAGESIZE) == 0);
    use_free(page);
    page = pvalloc(10);
    CHECK((uintptr_t)page % (size_t)sysconf(_SC_PAGESIZE) == 0 && malloc_usable_size(page) >= (size_t)sysconf(_SC_PAGESIZE));
    use_free(page);
}

/* ---- threads ---- */

#define SLOTS 4000

struct parcel {
    size_t size;
    unsigned char bytes[];
};

static struct parcel *slots[SLOTS];
static int is_over;

static void check_and_free(struct parcel *parcel)
{
    if (parcel != NULL) {
        CHECK(is_filled(parcel->bytes, parcel->size));
        use_free(parcel);
    }
}

static void pass(unsigned *random)
{
    unsigned kind = next_random(random) % 200;
    size_t size = next_random(random) % (kind == 0 ? 300000 : kind < 20 ? 9000 : 500);
    struct parcel *parcel = use_malloc(sizeof(*parcel) + size);
    parcel->size = size;
    fill(parcel->bytes, size);
    check_and_free(__atomic_exchange_n(&slots[next_random(random) % SLOTS], parcel, __ATOMIC_ACQ_REL));
}

static void *pass_many(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;
    for (int i = 0; i < 25000; i++) {
        pass(&random);
    }

    return NULL;
}

static void *pass_until_over(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        pass(&random);
    }

    return NULL;
}

static void free_slots(void)
{
    for (int i = 0; i < SLOTS; i++) {
        check_and_free(__atomic_exchange_n(&slots[i], NULL, __ATOMIC_ACQ_REL));
    }
}

static void run(pthread_t *threads, int count, void *(*body)(void *))
{
    for (int i = 0; i < count; i++) {
        CHECK(pthread_create(&threads[i], NULL, body, (void *)(uintptr_t)(i + 1)) == 0);
    }
}

static void join(pthread_t *threads, int count)
{
    for (int i = 0; i < count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

static void threads_pass_blocks(void)
{
    pthread_t threads[6];
    run(threads, 6, pass_many);
    join(threads, 6);
    free_slots();
}

/* The emulator's own memory would count, which keeps some of each thread that was. */
static int is_emulated;

static long resident(void)
{
    if (is_emulated) {
        return 0;
    }

    char text[64];
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;
    CHECK(file != NULL && fgets(text, sizeof(text), file) != NULL && sscanf(text, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void *allocate_a_little(void *kept)
{
    void *blocks[200];
    for (int i = 0; i < 200; i++) {
        blocks[i] = use_malloc(1 + i * 37);
        fill(blocks[i], 1 + i * 37);
    }

    for (int i = 0; i < 200; i++) {
        CHECK(is_filled(blocks[i], 1 + i * 37));
        use_free(blocks[i]);
    }

    *(void **)kept = use_malloc(50);
    return NULL;
}

static void threads_come_and_go(void)
{
    long before = 0;
    for (int i = 0; i < 1500; i++) {
        void *kept;
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, allocate_a_little, &kept) == 0 && pthread_join(thread, NULL) == 0);
        use_free(kept);
        before = i == 100 ? resident() : before;
    }

    CHECK(resident() < before + (4 << 20));
}

/* Destructors of a thread's values run in any order with ours, and again when they set values anew. */
static pthread_key_t keys[3];

static void destroy(void *value)
{
    static __thread int times;
    struct parcel *parcel = value;
    check_and_free(parcel);
    parcel = use_malloc(sizeof(*parcel) + 3000);
    parcel->size = 3000;
    fill(parcel->bytes, 3000);
    if (++times < 8) {
        pthread_setspecific(keys[times % 3], parcel);
    } else {
        check_and_free(parcel);
    }
}

static void *leave_values(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;
    for (int i = 0; i < 3; i++) {
        struct parcel *parcel = use_malloc(sizeof(*parcel) + 100);
        parcel->size = 100;
        fill(parcel->bytes, 100);
        pthread_setspecific(keys[i], parcel);
        pass(&random);
    }

    return NULL;
}

static void destructors_allocate(void)
{
    for (int i = 0; i < 3; i++) {
        CHECK(pthread_key_create(&keys[i], destroy) == 0);
    }

    for (int round = 0; round < 100; round++) {
        pthread_t threads[4];
        run(threads, 4, leave_values);
        join(threads, 4);
    }

    free_slots();
}

/* ---- forks ---- */

static void live_as_a_child(void)
{
    /* The parent's blocks are the child's, too: those that were not on their way. */
    free_slots();
    pthread_t threads[2];
    unsigned random = 5;
    for (int i = 0; i < 3000; i++) {
        pass(&random);
    }

    run(threads, 2, pass_many);
    join(threads, 2);
    free_slots();
    _exit(0);
}

static void children_of_many_threads(void)
{
    pthread_t threads[3];
    is_over = 0;
    run(threads, 3, pass_until_over);
    for (int i = 0; i < 25; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);
            live_as_a_child();
        }

        int status;
        CHECK(waitpid(child, &status, 0) == child);
        if (status != 0) {
            fprintf(stderr, "child %d of a fork: status %x\n", i, status);
            _exit(1);
        }

        unsigned random = (unsigned)i;
        pass(&random);
    }

    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    join(threads, 3);
    free_slots();
}

static void child_of_a_child(void)
{
    void *block = use_malloc(1000);
    fill(block, 1000);
    pid_t child = fork();
    if (child == 0) {
        child = fork();
        if (child != 0) {
            int status;
            _exit(waitpid(child, &status, 0) == child && status == 0 ? 0 : 1);
        }

        CHECK(is_filled(block, 1000));
        use_free(block);
        use_free(use_malloc(1 << 22));
        _exit(0);
    }

    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0 && is_filled(block, 1000));
    use_free(block);
}

/* Each generation has threads that it does not hand on: what they allocated from is the child's. */
static void *allocate_and_stay(void *arrived)
{
    void *kept;
    allocate_a_little(&kept);
    use_free(kept);
    __atomic_fetch_add((int *)arrived, 1, __ATOMIC_ACQ_REL);
    for (;;) {
        pause();
    }

    return NULL;
}

static void generations(void)
{
    long before = 0;
    for (int generation = 0; generation < 50; generation++) {
        int arrived = 0;
        for (int i = 0; i < 3; i++) {
            pthread_t thread;
            CHECK(pthread_create(&thread, NULL, allocate_and_stay, &arrived) == 0);
        }

        while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 3) {
            sched_yield();
        }

        before = generation == 5 ? resident() : before;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child != 0) {
            int status;
            CHECK(waitpid(child, &status, 0) == child);
            if (generation == 0) {
                CHECK(status == 0);
                return;
            }

            _exit(status == 0 ? 0 : 1);
        }
    }

    /* Stacks of threads that are not there any more grow by themselves. */
    _exit(resident() < before + (12 << 20) ? 0 : 1);
}

/* Whoever flushes all streams has the lock that the C library takes in the middle of a fork, and here wants memory meanwhile. */
static ssize_t write_with_memory(void *nothing, const char *text, size_t size)
{
    (void)nothing;
    void *blocks[40];
    for (int i = 0; i < 40; i++) {
        blocks[i] = use_malloc(i % 8 == 0 ? 100000 : size + i * 300);
        memcpy(blocks[i], text, size);
    }

    for (int i = 0; i < 40; i++) {
        use_free(blocks[i]);
    }

    return (ssize_t)size;
}

static void *flush_until_over(void *nothing)
{
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_with_memory});
    CHECK(stream != NULL);
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        CHECK(fputs("text", stream) >= 0 && fflush(NULL) == 0);
    }

    fclose(stream);
    return nothing;
}

static void forks_beside_streams(void)
{
    pthread_t threads[2];
    is_over = 0;
    run(threads, 2, flush_until_over);
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);
            fflush(NULL);
            use_free(use_malloc(100000));
            _exit(0);
        }

        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }

    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    join(threads, 2);
}

static void libraries_come_and_go(void)
{
    for (int i = 0; i < 20; i++) {
        void *library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
        CHECK(library != NULL && dlsym(library, "cos") != NULL);
        CHECK(dlopen("no such library", RTLD_NOW) == NULL && dlerror() != NULL);
        dlclose(library);
    }

    malloc_trim(0);
}

int main(int count, char **arguments)
{
    is_emulated = count > 1 && strcmp(arguments[1], "emulated") == 0;
    alarm(240);
    struct {
        const char *name;
        void (*body)(void);
    } tests[] = {
        {"sizes", sizes}, {"resizes", resizes}, {"shortages", shortages}, {"alignments", alignments},
        {"threads pass blocks", threads_pass_blocks}, {"threads come and go", threads_come_and_go},
        {"destructors allocate", destructors_allocate}, {"children of many threads", children_of_many_threads},
        {"child of a child", child_of_a_child}, {"generations", generations}, {"forks beside streams", forks_beside_streams},
        {"libraries come and go", libraries_come_and_go},
    };
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
        tests[i].body();
        printf("passed %s\n", tests[i].name);
        fflush(stdout);
    }

    return 0;
}
