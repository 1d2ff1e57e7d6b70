// Maps, strings and vectors on four threads, as C++ programs have them.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

static std::size_t work(unsigned seed) {
    std::unordered_map<std::string, std::vector<int>> words;
    std::map<int, std::unique_ptr<std::string>> tree;
    for (unsigned i = 0; i < 150000; i++) {
        seed = seed * 1664525u + 1013904223u;
        words["word" + std::to_string((seed >> 8) % 20000)].push_back(int(i));
        tree[int(seed >> 12) % 30000] = std::make_unique<std::string>(seed >> 25, 'x');
        if (i % 7 == 0) {
            tree.erase(tree.begin());
        }
    }

    std::size_t sum = 0;
    for (const auto &entry : words) {
        sum += entry.first.size() * entry.second.size();
    }

    for (const auto &entry : tree) {
        sum += entry.second->size();
    }

    return sum;
}

int main() {
    std::vector<std::thread> threads;
    std::size_t sums[4] = {};
    for (unsigned i = 0; i < 4; i++) {
        threads.emplace_back([&sums, i] { sums[i] = work(i); });
    }

    for (std::thread &thread : threads) {
        thread.join();
    }

    return sums[0] + sums[1] + sums[2] + sums[3] == 0;
}
