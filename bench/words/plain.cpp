// The floor: a hash table a thread, over files in memory maps. No Unicode, no budget, no order.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

using Counts = std::unordered_map<std::string, long>;

void count_file(const char* path, Counts& counts) {
  const int file = ::open(path, O_RDONLY);
  struct stat found{};
  if (file < 0 || ::fstat(file, &found) != 0) return;
  const auto size = static_cast<std::size_t>(found.st_size);
  const auto* text = static_cast<const char*>(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0));
  std::string word;
  for (std::size_t i = 0; i <= size; ++i) {
    const char c = i == size ? ' ' : text[i];
    if (c > ' ') {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    } else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  }
  ::munmap(const_cast<char*>(text), size);
  ::close(file);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Counts> tables(2);
  std::atomic<int> next = 1;
  std::vector<std::thread> threads;
  for (Counts& table : tables) {
    threads.emplace_back([&] {
      for (int i = next++; i < argc; i = next++) count_file(argv[i], table);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& [word, count] : tables[1]) tables[0][word] += count;
  std::vector<std::pair<long, std::string>> order;
  for (const auto& [word, count] : tables[0]) order.emplace_back(-count, word);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < std::min<std::size_t>(10, order.size()); ++i) {
    std::cout << order[i].second << ' ' << -order[i].first << '\n';
  }
}
