/* Runs a command with a library in malloc's place, and prints wall and CPU time in ms, peak resident memory in KiB, and the exit status:
   launch LIBRARY COMMAND... Time and memory are those of the command and of the children it waited for. Its output goes nowhere, but for errors. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static double milliseconds(struct timeval time)
{
    return time.tv_sec * 1e3 + time.tv_usec / 1e3;
}

int main(int count, char **arguments)
{
    if (count < 3) {
        return 2;
    }

    double begin = now();
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, 0);
        dup2(nowhere, 1);
        setenv("LD_PRELOAD", arguments[1], 1);
        execvp(arguments[2], arguments + 2);
        _exit(127);
    }

    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) {
        perror("launch");
        return 1;
    }

    printf("%.2f %.2f %ld %d\n", now() - begin, milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss,
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
