/*
 * A fork between any two instructions of another thread. The trap flag stops that thread behind each instruction of one call of malloc or free; at
 * the n-th it waits until the fork is done, for each call and n = 1, 2, 3 ... The child must find the structures whole: it takes over what the other
 * thread had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define TRAP_FLAG 0x100
#define SIZE 64
#define BLOCKS 4096
#define EVERY 67
#define GIFTS 2

/* Turns of waiting: many times what a fork takes. */
#define PATIENCE 4000
#define MISSES 6

static void *(*volatile use_malloc)(size_t) = malloc;
static void *(*volatile use_calloc)(size_t, size_t) = calloc;
static void *(*volatile use_realloc)(void *, size_t) = realloc;
static void (*volatile use_free)(void *) = free;

/* What the stopped thread says to the one that forks, and hears from it. */
enum { IDLE, GO, THERE, FORKED, OVER, END };
static int state;
static int chosen;
static int target;
static int calls;
static volatile int steps;

/* Blocks of the stopped thread: null where one is on its way. And blocks of the other, to be freed by it. */
static void *blocks[BLOCKS];
static void *gifts[GIFTS];

static int get(void)
{
    return __atomic_load_n(&state, __ATOMIC_ACQUIRE);
}

static void set(int value)
{
    __atomic_store_n(&state, value, __ATOMIC_RELEASE);
}

static void await(int value)
{
    while (get() != value) {
        sched_yield();
    }
}

static void on_step(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    if (++steps != target) {
        return;
    }

    /* In the middle of a lock the fork waits for this thread: then it goes on, after a while. */
    int before = errno;
    set(THERE);
    for (int i = 0; i < PATIENCE && get() != FORKED; i++) {
        sched_yield();
    }

    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
    errno = before;
}

/* Past the red zone below the stack's end. */
static void trap(void)
{
    if (calls++ == chosen) {
        __asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; orq %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp" ::"i"(TRAP_FLAG) : "memory", "cc");
    }
}

static void untrap(void)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; andq %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp" ::"i"(~TRAP_FLAG) : "memory", "cc");
}

static void *stepped_malloc(size_t size)
{
    trap();
    void *block = use_malloc(size);
    untrap();
    return block;
}

static void stepped_free(void *block)
{
    trap();
    use_free(block);
    untrap();
}

static void keep(int i, void *block)
{
    fill(block, SIZE);
    __atomic_store_n(&blocks[i], block, __ATOMIC_RELEASE);
}

static void go_through(void)
{
    /* Here and there one: each allocation then turns to another word of the bitmap. */
    for (int i = 0; i < BLOCKS; i += EVERY) {
        use_free(__atomic_exchange_n(&blocks[i], NULL, __ATOMIC_ACQ_REL));
    }

    for (int i = 0; i < 4; i++) {
        keep(i * EVERY, stepped_malloc(SIZE));
    }

    stepped_free(__atomic_exchange_n(&blocks[1], NULL, __ATOMIC_ACQ_REL));
    for (int i = 0; i < GIFTS; i++) {
        stepped_free(gifts[i]);
    }

    stepped_free(stepped_malloc(100000));
    stepped_free(stepped_malloc(3 << 20));
    trap();
    void *block = use_calloc(1, 100);
    untrap();
    trap();
    block = use_realloc(block, 3000);
    untrap();
    stepped_free(block);
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i] == NULL) {
            keep(i, use_malloc(SIZE));
        }
    }
}

static void *stopped_thread(void *nothing)
{
    for (int i = 0; i < BLOCKS; i++) {
        keep(i, use_malloc(SIZE));
    }

    for (set(IDLE);;) {
        while (get() != GO) {
            if (get() == END) {
                return nothing;
            }

            sched_yield();
        }

        steps = 0;
        calls = 0;
        go_through();
        /* The fork may be under way still. */
        if (steps >= target) {
            await(FORKED);
        }

        set(OVER);
    }
}

/* In the child: takes over the heap of the thread that is no more, and its blocks. */
static void *take_over(void *nothing)
{
    void *own[500];
    for (int i = 0; i < 500; i++) {
        own[i] = use_malloc(SIZE);
        fill(own[i], SIZE);
    }

    for (int i = 0; i < BLOCKS; i++) {
        CHECK(blocks[i] == NULL || is_filled(blocks[i], SIZE));
    }

    for (int i = 0; i < 500; i++) {
        CHECK(is_filled(own[i], SIZE));
        use_free(own[i]);
    }

    void *large = use_malloc(200000);
    use_free(use_malloc(4 << 20));
    for (int i = 0; i < BLOCKS; i++) {
        use_free(blocks[i]);
    }

    use_free(large);

    /* From a process of two threads: it comes to a standstill again. */
    pid_t child = fork();
    if (child == 0) {
        use_free(use_malloc(100000));
        malloc_trim(0);
        _exit(0);
    }

    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    return nothing;
}

static void live_as_a_child(void)
{
    pthread_t thread;
    alarm(60);
    CHECK(pthread_create(&thread, NULL, take_over, NULL) == 0 && pthread_join(thread, NULL) == 0);
    malloc_trim(0);
    _exit(0);
}

/* False when the call was over before. */
static bool fork_at_target(void)
{
    for (int i = 0; i < GIFTS; i++) {
        gifts[i] = use_malloc(SIZE);
    }

    set(GO);
    while (get() != THERE && get() != OVER) {
        sched_yield();
    }

    if (get() == OVER) {
        return false;
    }

    pid_t child = fork();
    if (child == 0) {
        live_as_a_child();
    }

    int status;
    set(FORKED);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (status != 0) {
        fprintf(stderr, "child of a fork in call %d, at instruction %d: status %x\n", chosen, target, status);
        _exit(1);
    }

    await(OVER);
    return true;
}

int main(int count, char **arguments)
{
    int stride = count > 1 ? atoi(arguments[1]) : 1;
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
    pthread_t thread;
    set(GO);
    CHECK(pthread_create(&thread, NULL, stopped_thread, NULL) == 0);
    await(IDLE);
    int forks = 0;
    bool any = true;
    for (chosen = 0; any; chosen++) {
        any = false;

        /* A call is not the same each time: it is through when it was over too soon several times in a row. */
        target = 1;
        for (int misses = 0; misses < MISSES;) {
            if (fork_at_target()) {
                any = true;
                misses = 0;
                forks++;
                target += stride;
            } else {
                misses++;
            }
        }
    }

    set(END);
    CHECK(pthread_join(thread, NULL) == 0 && forks > 50);
    printf("passed %d forks between instructions\n", forks);
    return 0;
}
