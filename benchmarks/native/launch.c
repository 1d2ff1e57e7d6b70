/* Runs a command, with a library in malloc's place unless it is "glibc", and prints wall and CPU time in ms, peak resident memory in KiB, and the
   exit status: launch LIBRARY COMMAND... What the command prints goes nowhere. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
        dup2(nowhere, 2);
        if (strcmp(arguments[1], "glibc") != 0) {
            setenv("LD_PRELOAD", arguments[1], 1);
        }

        execvp(arguments[2], arguments + 2);
        _exit(127);
    }

    int status;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    double cpu = usage.ru_utime.tv_sec * 1e3 + usage.ru_utime.tv_usec / 1e3 + usage.ru_stime.tv_sec * 1e3 + usage.ru_stime.tv_usec / 1e3;
    printf("%.2f %.2f %ld %d\n", now() - begin, cpu, usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
