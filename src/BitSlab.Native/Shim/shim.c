/* What only C can do, or the C library: thread-local memory, primitives of the system, the ends of threads, forks. What is decided is decided in C#. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

__thread struct bs_thread bs_this_thread;

static pthread_key_t end_key;
static pthread_once_t end_key_once = PTHREAD_ONCE_INIT;

/* What the IL compiler's code compares on the stack, and where it goes when that was overwritten. */
HIDDEN uintptr_t __security_cookie = (uintptr_t)0x2b992ddfa23249d6;

HIDDEN void RhpFallbackFailFast(void)
{
    abort();
}

/* ---- memory: a free may not change errno, and an allocation only when it fails ---- */

static void *map(void *address, size_t size, int protection, int flags)
{
    int before = errno;
    void *result = mmap(address, size, protection, flags, -1, 0);
    errno = before;
    return result == MAP_FAILED ? NULL : result;
}

HIDDEN void *bs_os_reserve(size_t size)
{
    return map(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
}

/* A private read-only mapping is not charged, and untouched pages read as the shared zero page. */
HIDDEN void *bs_os_reserve_table(size_t size)
{
    return map(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
}

HIDDEN int bs_os_commit(void *address, size_t size)
{
    int before = errno;
    int result = mprotect(address, size, PROT_READ | PROT_WRITE);
    errno = before;
    return result == 0;
}

/* Mapping anew over the range drops its pages and, unlike madvise, its commit charge, in one call. */
HIDDEN int bs_os_decommit(void *address, size_t size)
{
    return map(address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED) != NULL;
}

static int advise(void *address, size_t size, int advice)
{
    int before = errno;
    int result = madvise(address, size, advice);
    errno = before;
    return result == 0;
}

HIDDEN int bs_os_purge(void *address, size_t size)
{
    return advise(address, size, MADV_DONTNEED);
}

HIDDEN void bs_os_release(void *address, size_t size)
{
    int before = errno;
    munmap(address, size);
    errno = before;
}

HIDDEN int bs_os_want_huge_pages(void *address, size_t size, int wanted)
{
    return advise(address, size, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

HIDDEN size_t bs_os_resident(void *address, size_t size)
{
    int before = errno;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char states[4096];
    size_t resident = 0;
    for (size_t done = 0; done < size; done += sizeof(states) * page) {
        size_t part = size - done < sizeof(states) * page ? size - done : sizeof(states) * page;
        if (mincore((char *)address + done, part, states) == 0) {
            for (size_t i = 0; i < part / page; i++) {
                resident += (states[i] & 1) * page;
            }
        }
    }

    errno = before;
    return resident;
}

HIDDEN int bs_os_populate(void *address, size_t size)
{
    return advise(address, size, MADV_POPULATE_WRITE);
}

HIDDEN size_t bs_os_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

HIDDEN void bs_os_copy(void *target, const void *source, size_t size)
{
    memmove(target, source, size);
}

HIDDEN void bs_os_fill(void *target, int value, size_t size)
{
    memset(target, value, size);
}

HIDDEN void bs_os_no_memory(void)
{
    errno = ENOMEM;
}

/* ---- threads ---- */

HIDDEN void bs_os_yield(void)
{
    int before = errno;
    sched_yield();
    errno = before;
}

/* A process says once that it uses these barriers; where the system has none, a change of a page's protection reaches all processors that run the
   process. */
HIDDEN void bs_os_barrier(void)
{
    static int is_registered;
    int before = errno;
    if (!__atomic_load_n(&is_registered, __ATOMIC_ACQUIRE)) {
        int result = (int)syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
        __atomic_store_n(&is_registered, result == 0 ? 1 : 2, __ATOMIC_RELEASE);
    }

    if (is_registered != 1 || syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            abort();
        }

        *(volatile char *)page = 1;
        mprotect(page, 4096, PROT_READ);
        munmap(page, 4096);
    }

    errno = before;
}

HIDDEN struct bs_thread *bs_thread(void)
{
    return &bs_this_thread;
}

static void end_thread(void *thread)
{
    bs_core_thread_end(thread);
}

static void make_end_key(void)
{
    if (pthread_key_create(&end_key, end_thread) != 0) {
        abort();
    }
}

/* The first keys need no memory of the C library's. A value that is set while destructors run has them run once more. */
HIDDEN void bs_thread_watch(void)
{
    int before = errno;
    pthread_once(&end_key_once, make_end_key);
    pthread_setspecific(end_key, &bs_this_thread);
    errno = before;
}

/* ---- forks: glibc has these since 2.32 and 2.2.5; without them a fork is as careful as it can be ---- */

extern char __libc_single_threaded __attribute__((weak));
extern void _IO_list_lock(void) __attribute__((weak));
extern void _IO_list_unlock(void) __attribute__((weak));
extern void _IO_list_resetlock(void) __attribute__((weak));

HIDDEN int bs_os_is_only_thread(void)
{
    return &__libc_single_threaded != NULL && __libc_single_threaded;
}

HIDDEN void bs_os_lock_streams(void)
{
    if (_IO_list_lock != NULL) {
        _IO_list_lock();
    }
}

HIDDEN void bs_os_unlock_streams(void)
{
    if (_IO_list_unlock != NULL) {
        _IO_list_unlock();
    }
}

HIDDEN void bs_os_reset_streams(void)
{
    if (_IO_list_resetlock != NULL) {
        _IO_list_resetlock();
    }
}

/* ---- the process ---- */

HIDDEN unsigned long long bs_os_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

HIDDEN const char *bs_os_variable(const char *name)
{
    return environ == NULL ? NULL : getenv(name);
}

static void tell(int file, const char *text, size_t size)
{
    int before = errno;
    while (size > 0) {
        ssize_t written = write(file, text, size);
        if (written <= 0) {
            break;
        }

        text += written;
        size -= (size_t)written;
    }

    errno = before;
}

HIDDEN void bs_os_tell(const char *text, size_t size)
{
    tell(STDERR_FILENO, text, size);
}

HIDDEN void bs_os_abort(void)
{
    abort();
}

/* Standard error, as it was at the start: programs close theirs before this is told. */
static int statistics_file;

static void tell_statistics(void)
{
    char text[640];
    size_t length = bs_core_stats_json(text, sizeof(text) - 1);
    text[length] = '\n';
    tell(statistics_file, text, length + 1);
}

/* First of all constructors, in malloc's place even before the C library's (initfirst): handlers of forks that are registered first run last before
   the fork, so that no other's handler meets a lock that is held. Nothing here may allocate: the environment is not there yet, but as an argument. */
__attribute__((constructor(101))) static void start(int count, char **arguments, char **environment)
{
    (void)count;
    (void)arguments;

    /* Another for each process. No call is under way that has looked at the one before. */
    uintptr_t random = getauxval(AT_RANDOM);
    if (random != 0) {
        memcpy(&__security_cookie, (void *)random, sizeof(__security_cookie));
    }

    pthread_once(&end_key_once, make_end_key);
    pthread_atfork(bs_core_fork_prepare, bs_core_fork_parent, bs_core_fork_child);
    static const char wanted[] = "BITSLAB_STATS=1";
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, wanted, sizeof(wanted) - 1) == 0) {
            statistics_file = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 64);
            atexit(tell_statistics);
        }
    }
}
