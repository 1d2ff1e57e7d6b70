/* A library whose handler of forks allocates, and which was there before: its handler runs behind those of libraries that came later. Compiled twice:
   with LIBRARY as that library, without as the program that needs it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void handler_needed(void);

#ifdef LIBRARY

static void *volatile sink;

static void prepare(void)
{
    static const size_t sizes[] = {100, 5000, 100000, 5000000};
    for (int i = 0; i < 4; i++) {
        sink = malloc(sizes[i]);
        free(sink);
    }
}

__attribute__((constructor)) static void start(void)
{
    pthread_atfork(prepare, NULL, NULL);
}

void handler_needed(void)
{
}

#else

static void *wait_for_ever(void *unused)
{
    pause();
    return unused;
}

int main(void)
{
    handler_needed();

    /* It would hang. */
    alarm(60);
    pthread_t other;
    if (pthread_create(&other, NULL, wait_for_ever, NULL) != 0) {
        return 1;
    }

    pid_t child = fork();
    if (child == 0) {
        free(malloc(100));
        _exit(0);
    }

    int status;
    if (waitpid(child, &status, 0) != child || status != 0) {
        return 1;
    }

    puts("passed a handler of forks that allocates");
    return 0;
}

#endif
