/* Prints the file that malloc and its kin come from; fails when they do not all come from the same. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char *names[] = {"malloc", "free", "calloc", "realloc", "memalign", "posix_memalign", "aligned_alloc", "malloc_usable_size"};
    const char *file = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        Dl_info found;
        if (dladdr(dlsym(RTLD_DEFAULT, names[i]), &found) == 0) {
            return 1;
        }

        if (file != NULL && strcmp(file, found.dli_fname) != 0) {
            printf("%s of %s\n", names[i], found.dli_fname);
            return 1;
        }

        file = found.dli_fname;
    }

    puts(file);
    return 0;
}
