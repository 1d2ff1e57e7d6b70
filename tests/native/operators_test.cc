// The C++ operators: run with LD_PRELOAD, and without as a control of itself.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            std::abort(); \
        } \
    } while (0)

struct alignas(256) Aligned {
    char bytes[300];
};

static std::size_t volatile impossible = SIZE_MAX / 4 * 3;
static void *volatile sink;
static int handled;

static void give_up() {
    if (++handled == 3) {
        std::set_new_handler(nullptr);
    }
}

// Allocated and freed when its thread ends.
struct Leaver {
    std::vector<std::string> names;
    ~Leaver() {
        names.assign(100, std::string(200, 'x'));
    }
};

static thread_local Leaver leaver;

int main() {
    for (int i = 0; i < 1000; i++) {
        std::unique_ptr<Aligned> one(new Aligned);
        std::unique_ptr<Aligned[]> many(new Aligned[3]);
        CHECK(reinterpret_cast<std::uintptr_t>(one.get()) % 256 == 0 && reinterpret_cast<std::uintptr_t>(many.get()) % 256 == 0);
        std::unique_ptr<char[]> bytes(new char[i]);
        CHECK(bytes != nullptr);
    }

    CHECK(::operator new[](impossible, std::nothrow) == nullptr);
    CHECK(::operator new(impossible, std::align_val_t(64), std::nothrow) == nullptr);
    bool caught = false;
    try {
        sink = ::operator new(impossible);
    } catch (const std::bad_alloc &) {
        caught = true;
    }

    CHECK(caught);
    std::set_new_handler(give_up);
    caught = false;
    try {
        sink = ::operator new(impossible, std::align_val_t(64));
    } catch (const std::bad_alloc &) {
        caught = true;
    }

    CHECK(caught && handled == 3);
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; i++) {
        threads.emplace_back([i] {
            leaver.names.assign(i, "a name that is too long to stand in the string itself");
            std::map<int, std::string> map;
            for (int k = 0; k < 1000; k++) {
                map[k * 7919 % 1000] = std::to_string(k) + std::string(k % 100, '-');
            }

            CHECK(map.size() == 1000);
        });
    }

    for (std::thread &thread : threads) {
        thread.join();
    }

    std::puts("passed operators");
}
