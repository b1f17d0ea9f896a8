#include "treadle/bag.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/test_context.h"
#include "session/test_regimes.h"

namespace treadle {
namespace {

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

/// The items, having checked that they are the same under every regime.
template <class T>
std::vector<T> computed(const Bag<T>& bag) {
  std::vector<T> first;
  bool is_first = true;
  for (const auto& regime : session::test::regimes()) {
    std::vector<T> items = bag.compute(regime.options);
    if (is_first) first = items;
    is_first = false;
    EXPECT_EQ(items, first) << regime.name;
  }
  return first;
}

class BagTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  io::test::TemporaryFolder folder_;
};

TEST_F(BagTest, CountsWordsOfFiles) {
  write("1.txt", "The cat\nthe  DOG\n");
  write("2.txt", "Dog the\n\u00c9t\u00e9 \u00c9T\u00c9\nend");
  const auto words = read_text(folder_ / "*.txt").lower().split().flatten();
  EXPECT_EQ(computed(words.frequencies()),
            (Counts{{"the", 3}, {"cat", 1}, {"dog", 2}, {"été", 2}, {"end", 1}}));
  EXPECT_EQ(computed(words.frequencies().top_counts(2)), (Counts{{"the", 3}, {"dog", 2}}));
  EXPECT_EQ(words.count().compute(), 9);
  EXPECT_EQ(computed(words.distinct()), (std::vector<std::string>{"the", "cat", "dog", "été", "end"}));
}

TEST_F(BagTest, FusesAChainOfTextSteps) {
  const std::string path = write("x.txt", "A b\n");
  const auto counts = read_text(path).lower().split().flatten().frequencies();
  const std::string plan = counts.explain();
  EXPECT_NE(plan.find("read_text -> lower -> split(white space, -1) -> flatten -> frequencies"),
            std::string::npos)
      << plan;
}

TEST_F(BagTest, AnswersAreThoseOfOneFileHoweverItIsCut) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "w" + std::to_string(i * 7919 % 501) + (i % 9 == 0 ? "\n" : " ");
  const std::string path = write("x.txt", text);
  const Counts whole = computed(read_text(path).split().flatten().frequencies());
  EXPECT_EQ(whole.size(), 501U);
  ReadTextOptions options;
  for (const std::size_t blocksize : {1000, 30000}) {
    options.blocksize = blocksize;
    EXPECT_EQ(read_text(path, options).split().flatten().frequencies().compute(), whole);
  }
}

// Every word is there three times: near each other, and in the next file.
TEST_F(BagTest, CountsMoreDifferentWordsThanMemoryHolds) {
  constexpr int kWords = 100'000;
  for (int file = 0; file < 3; ++file) {
    std::string text;
    for (int i = 0; i < kWords; ++i) {
      const std::string word =
          "a-rather-long-word-" + std::to_string((i * 7919LL + file * kWords / 2) % kWords);
      text += word + (i % 5 == 0 ? "\n" : " ");
    }
    text += "often often often often\nseldom";
    write(std::to_string(file) + ".txt", text);
  }
  const auto words = read_text(folder_ / "*.txt").split().flatten();
  const Counts plenty = words.frequencies().compute();
  ASSERT_EQ(plenty.size(), kWords + 2U);
  EXPECT_EQ(plenty.front().first, "a-rather-long-word-0");
  for (const auto& [word, count] : plenty) EXPECT_EQ(count, word == "often" ? 12 : 3) << word;
  const Bag<Counts::value_type> pieces(bag::frequencies_in_pieces(words.node()));
  EXPECT_EQ(pieces.num_partitions(), 7U);
  EXPECT_EQ(pieces.compute(), plenty);
  for (const unsigned threads : {1U, 2U, 8U}) {
    ComputeOptions little;
    little.engine = make_threaded_engine(threads);
    little.run.num_threads = threads;
    little.run.working_memory = 8U << 20;
    std::optional<treadle::Run> run;
    little.on_start = [&](const treadle::Run& started) { run = started; };
    EXPECT_EQ(words.frequencies().top_counts(2).compute(little),
              (Counts{{"often", 12}, {plenty[0].first, 3}}));
    EXPECT_GT(run->statistics().progress.counter(Counter::kBytesSpilled), 0U);
    // What a task has made counts once it is there, whether or not there is room: a little more than allowed.
    EXPECT_LE(run->statistics().peak_working_memory, *little.run.working_memory * 5 / 4);
    EXPECT_EQ(pieces.filter([](const Counts::value_type& one) { return one.second != 3; }).compute(little),
              (Counts{{"often", 12}}));
    EXPECT_LE(run->statistics().peak_working_memory, *little.run.working_memory * 5 / 4);
    little.run.working_memory = 32U << 20;
    if (threads == 2) {
      EXPECT_EQ(words.frequencies().compute(little), plenty);
    }
  }
}

TEST_F(BagTest, WritesTextsAFileAPartition) {
  const auto words = from_sequence(std::vector<std::string>{"a", "b\n", "", "d", "e"}, 2);
  const std::string folder = folder_ / "written";
  const std::vector<std::string> paths = words.to_textfiles(folder);
  EXPECT_EQ(paths, (std::vector<std::string>{folder + "/0.part", folder + "/1.part"}));
  EXPECT_EQ(read_text(folder + "/*.part").compute(),
            (std::vector<std::string>{"a\n", "b\n", "\n", "d\n", "e\n"}));
  const auto lines = read_text(folder + "/*.part").upper();  // native texts
  EXPECT_EQ(lines.to_textfiles(folder + "/x-*.txt").back(), folder + "/x-1.txt");
  EXPECT_EQ(read_text(folder + "/x-*.txt").compute().back(), "E\n");
  EXPECT_THROW(words.to_textfiles(folder + "/*/*.txt"), InvalidArgument);
  write("in_the_way", "");
  EXPECT_THROW(words.to_textfiles(folder_ / "in_the_way"), IoError);
  const auto fails = words.map([](const std::string& text) {
    if (text == "d") throw std::out_of_range("d");
    return text;
  });
  EXPECT_ANY_THROW(fails.to_textfiles(folder + "/y-*.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/y-1.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/.y-1.txt.partial"));
}

TEST_F(BagTest, CallsFunctionsWithThePartsOfItems) {
  const auto pairs = from_sequence(std::vector<std::pair<int, double>>{{1, 0.5}, {2, 1.5}}, 2);
  EXPECT_EQ(pairs.starmap([](int a, double b) { return a + b; }).compute(), (std::vector<double>{1.5, 3.5}));
}

TEST_F(BagTest, WorksOnJsonWhileItIsRead) {
  const std::string path =
      write("x.json",
            "{\"a\": 1, \"s\": \"x\"}\n{\"a\": 2.5, \"s\": \"y\"}\n{\"a\": 4, \"s\": \"x\", "
            "\"b\": [1, {\"c\": null}]}\n");
  const auto records = read_text(path).json();
  const auto chosen = records.filter(item("s") == "x");
  EXPECT_EQ(computed(chosen.pluck("a")), (std::vector<Item>{1, 4}));
  EXPECT_EQ(chosen.pluck("a").moments().compute().mean(), 2.5);
  EXPECT_EQ(records.filter(item("b", 0) >= 1 && !item("b", 1, "c").exists()).count().compute(), 1);
  EXPECT_EQ(records.pluck(ItemPath{"b"}, Item(0)).compute()[0], Item(0));
  EXPECT_EQ(computed(records)[2].to_json(), R"({"a": 4, "s": "x", "b": [1, {"c": null}]})");
  // The same on items that are there already.
  const auto kept = from_sequence(records.compute(), 2);
  EXPECT_EQ(computed(kept.filter(item("s") == "x").pluck("a")), (std::vector<Item>{1, 4}));
}

TEST_F(BagTest, BadJsonNamesFileAndLineOrIsSkipped) {
  const std::string path = write("x.json", "{}\n[1]\n{oops\n7\n");
  try {
    read_text(path).json().compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("x.json:3"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("{oops"), std::string::npos) << error.what();
  }
  EXPECT_EQ(read_text(path).json(true).count().compute(), 3);
  EXPECT_THROW(read_text(path).json(true).pluck("a").compute(), Error);
}

TEST(Bag, RunsFunctionsItemByItem) {
  const auto numbers = from_sequence(std::vector<std::int64_t>{5, 1, 4, 2, 3, 1}, 3);
  EXPECT_EQ(computed(numbers.map([](std::int64_t n) { return n * 2; })),
            (std::vector<std::int64_t>{10, 2, 8, 4, 6, 2}));
  EXPECT_EQ(computed(numbers.remove([](std::int64_t n) { return n > 2; })),
            (std::vector<std::int64_t>{1, 2, 1}));
  EXPECT_EQ(numbers.sum().compute(), 16);
  EXPECT_EQ(numbers.max().compute(), 5);
  EXPECT_EQ(numbers.min().compute(), 1);
  EXPECT_EQ(numbers.count().compute(), 6);
  EXPECT_DOUBLE_EQ(numbers.moments().compute().variance(1), 2.6666666666666665);
  EXPECT_EQ(computed(numbers.topk(2)), (std::vector<std::int64_t>{5, 4}));
  EXPECT_EQ(computed(numbers.topk(2, [](std::int64_t n) { return -n; })), (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(computed(numbers.distinct()), (std::vector<std::int64_t>{5, 1, 4, 2, 3}));
  EXPECT_EQ(
      computed(numbers.accumulate([](std::int64_t a, std::int64_t b) { return a + b; }, std::int64_t{100})),
      (std::vector<std::int64_t>{100, 105, 106, 110, 112, 115, 116}));
  EXPECT_EQ(numbers.take(1), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(numbers.take(3, 2), (std::vector<std::int64_t>{5, 1, 4}));
}

TEST(Bag, GroupsAndJoins) {
  const auto words = from_sequence(std::vector<std::string>{"apple", "bee", "ant", "cat", "bear"}, 2);
  auto letter = [](const std::string& word) { return word.substr(0, 1); };
  EXPECT_EQ(
      computed(words.foldby(
          letter,
          [](std::int64_t n, const std::string& word) { return n + static_cast<std::int64_t>(word.size()); },
          [](std::int64_t a, std::int64_t b) { return a + b; }, std::int64_t{0})),
      (Counts{{"a", 8}, {"b", 7}, {"c", 3}}));
  const auto groups = computed(words.groupby(letter, 3));
  EXPECT_EQ(std::set(groups.begin(), groups.end()),
            (std::set<std::pair<std::string, std::vector<std::string>>>{
                {"a", {"apple", "ant"}}, {"b", {"bee", "bear"}}, {"c", {"cat"}}}));
  EXPECT_EQ(computed(words.join(std::vector<std::string>{"b1", "b2"}, letter, letter)),
            (std::vector<std::pair<std::string, std::string>>{
                {"b1", "bee"}, {"b2", "bee"}, {"b1", "bear"}, {"b2", "bear"}}));
  EXPECT_EQ(words.zip(words).compute()[4].second, "bear");
  EXPECT_EQ(words.product(words).count().compute(), 25);
}

TEST(Bag, RepartitionsWithoutChangingTheOrder) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  for (const std::size_t partitions : {1, 3, 7, 100}) {
    const auto bag = from_sequence(items, 7).repartition(partitions);
    EXPECT_EQ(bag.num_partitions(), partitions);
    EXPECT_EQ(bag.compute(), items);
  }
}

TEST(Bag, SamplesByPlaceAndSeedOnly) {
  std::vector<int> items(10000);
  std::iota(items.begin(), items.end(), 0);
  const auto sample = computed(from_sequence(items, 4).random_sample(0.25, 7));
  EXPECT_NEAR(static_cast<double>(sample.size()), 2500, 200);
  EXPECT_NE(sample, from_sequence(items, 4).random_sample(0.25, 8).compute());
  EXPECT_THROW(from_sequence(items).random_sample(2, 1), InvalidArgument);
}

TEST(Bag, SaysWhichItemAFunctionThrewFor) {
  std::vector<int> items(1000);
  std::iota(items.begin(), items.end(), 0);
  const auto bag = from_sequence(items, 2).map([](int item) {
    if (item == 777) throw std::runtime_error("no sevens");
    return item;
  });
  try {
    bag.compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("item 277 of partition 1, 777: no sevens"), std::string::npos)
        << error.what();
  }
}

TEST(Bag, EmptyBagsHaveAnswers) {
  const auto none = from_sequence(std::vector<std::string>(), 2);
  EXPECT_EQ(computed(none.frequencies()), Counts());
  EXPECT_EQ(none.count().compute(), 0);
  EXPECT_EQ(none.max().compute(), std::nullopt);
  EXPECT_EQ(computed(none.lower().split().flatten()), std::vector<std::string>());
}

}  // namespace
}  // namespace treadle
