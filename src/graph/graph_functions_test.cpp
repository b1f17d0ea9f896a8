#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "graph/test_operations.h"
#include "graph/value_operation.h"
#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

class TextSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    text.append(static_cast<const char*>(bytes), size);
  }
  std::string text;
};
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string bytes) : text_(std::move(bytes)) {}
  void read(void* bytes, std::size_t size) override {
    if (size > text_.size() - at_) throw IoError("expected more bytes");
    std::memcpy(bytes, text_.data() + at_, size);
    at_ += size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::int64_t run(const TaskGraph& graph) { return compute_first_output(graph).get<std::int64_t>(); }

// a -> b -> c (output), d -> e, all numbers
TaskGraph small_graph() {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1));
  const TaskId b = graph.add(sum_operation(2), {{a, 0}});
  const TaskId c = graph.add(sum_operation(3), {{b, 0}});
  const TaskId d = graph.add(sum_operation(4));
  graph.add(sum_operation(5), {{d, 0}});
  graph.add_output({c, 0});
  return graph;
}

TaskGraph chain(int length) {
  TaskGraph graph;
  const auto one = sum_operation(1);
  TaskId last = graph.add(sum_operation(0));
  for (int i = 0; i < length; ++i) last = graph.add(one, {{last, 0}});
  graph.add_output({last, 0});
  return graph;
}

TEST(Cull, KeepsWhatOutputsNeedWithItsKeys) {
  const TaskGraph whole = small_graph();
  const TaskGraph culled = cull(small_graph());
  ASSERT_EQ(culled.num_tasks(), 3u);
  for (TaskId id = 0; id < 3; ++id) EXPECT_EQ(culled.key(id), whole.key(id));
  EXPECT_EQ(run(cull(small_graph())), 6);
}

TEST(Cull, ACulledGraphGoesOnAsBefore) {
  TaskGraph culled = cull(small_graph());
  EXPECT_EQ(culled.add(sum_operation(1)), 0u);  // equal work is still one task
  EXPECT_EQ(culled.add(sum_operation(9)), 3u);
}

TEST(Cull, WithoutOutputsNothingGoes) {
  TaskGraph graph;
  graph.add(sum_operation(1));
  EXPECT_EQ(cull(std::move(graph)).num_tasks(), 1u);
}

TEST(Fuse, JoinsChainsAndKeepsTheOutputsKey) {
  const Key key = small_graph().key(2);
  TaskGraph fused = fuse(cull(small_graph()));
  ASSERT_EQ(fused.num_tasks(), 1u);
  EXPECT_EQ(fused.key(0), key);
  EXPECT_EQ(fused.task(0).operation.name(), "sum+sum+sum");
  EXPECT_EQ(run(fused), 6);
}

TEST(Fuse, LeavesTreesAndSharedTasksApart) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1)), b = graph.add(sum_operation(2));
  const TaskId both = graph.add(sum_operation(), {{a, 0}, {b, 0}});
  const TaskId left = graph.add(sum_operation(10), {{both, 0}});
  const TaskId right = graph.add(sum_operation(20), {{both, 0}});
  graph.add_output({graph.add(sum_operation(), {{left, 0}, {right, 0}}), 0});
  TaskGraph fused = fuse(std::move(graph));
  EXPECT_EQ(fused.num_tasks(), 6u);
  EXPECT_EQ(run(fused), 36);
}

TEST(Fuse, MovesValuesIntoTheirUser) {
  TaskGraph graph;
  const TaskId a = graph.add_value(Value::of(std::int64_t{5}));
  const TaskId b = graph.add(sum_operation(1), {{a, 0}});
  graph.add_output({graph.add(sum_operation(2), {{b, 0}}), 0});
  TaskGraph fused = fuse(std::move(graph));
  EXPECT_EQ(fused.num_tasks(), 1u);
  EXPECT_EQ(run(fused), 8);
}

TEST(Fuse, TasksWithSlotsOrOtherResourcesStayApart) {
  TaskGraph graph;
  const TaskId split = graph.add(sum_operation(1, 2));
  const TaskId next = graph.add(sum_operation(2), {{split, 1}});
  graph.add_output({graph.add(sum_operation(3), {{next, 0}}, {.priority = 0, .retries = 3}), 0});
  EXPECT_EQ(fuse(std::move(graph)).num_tasks(), 3u);

  TaskGraph pinned;
  const TaskId first = pinned.add(sum_operation(1), {}, {.pinned = true});
  pinned.add_output({pinned.add(sum_operation(2), {{first, 0}}), 0});
  EXPECT_EQ(fuse(std::move(pinned)).num_tasks(), 2u);
}

TEST(Fuse, JoinsALongChain) { EXPECT_EQ(run(fuse(chain(100'000))), 100'000); }

TEST(Shape, CountsDepthAndWidth) {
  const Shape found = shape(small_graph());
  EXPECT_EQ(found.num_tasks, 5u);
  EXPECT_EQ(found.num_edges, 3u);
  EXPECT_EQ(found.num_sources, 2u);
  EXPECT_EQ(found.num_sinks, 2u);
  EXPECT_EQ(found.depth, 3u);
  EXPECT_EQ(found.width, 2u);
  EXPECT_EQ(shape(TaskGraph()).depth, 0u);
  EXPECT_EQ(critical_path(small_graph()), (std::vector<TaskId>{0, 1, 2}));
  EXPECT_TRUE(critical_path(TaskGraph()).empty());
}

TEST(Dependents, NamesEachUserOnce) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1));
  const TaskId b = graph.add(sum_operation(2), {{a, 0}, {a, 0}});
  const TaskId c = graph.add(sum_operation(3), {{b, 0}, {a, 0}});
  const Dependents dependents(graph);
  EXPECT_EQ(std::vector<TaskId>(dependents.of(a).begin(), dependents.of(a).end()),
            (std::vector<TaskId>{b, c}));
  EXPECT_TRUE(dependents.of(c).empty());
}

TEST(Draw, ShowsEveryTaskOfASmallGraph) {
  const std::string dot = to_dot(small_graph());
  EXPECT_NE(dot.find("t0 -> t1"), std::string::npos);
  EXPECT_NE(dot.find("t2 [label=\"sum-"), std::string::npos);
  EXPECT_NE(dot.find("penwidth=3"), std::string::npos);
}

TEST(Draw, SummarisesALargeGraphByLayer) {
  TaskGraph graph;
  std::vector<TaskOutput> leaves;
  for (int i = 0; i < 50'000; ++i) leaves.push_back({graph.add(sum_operation(i)), 0});
  graph.add_output({graph.add(sum_operation(), leaves), 0});
  const std::string dot = to_dot(graph);
  EXPECT_NE(dot.find("sum x 50000"), std::string::npos);
  EXPECT_LT(dot.size(), 500u);
  EXPECT_LT(to_dot(chain(50'000)).size(), 500u);
}

TEST(Draw, WritesFilesAndRefusesOtherEndings) {
  const std::string path = testing::TempDir() + "/graph" + std::to_string(::getpid());
  draw(small_graph(), path + ".dot");
  EXPECT_TRUE(std::filesystem::exists(path + ".dot"));
  EXPECT_THROW(draw(small_graph(), path + ".gif"), InvalidArgument);
  try {
    draw(small_graph(), path + ".svg");
    EXPECT_GT(std::filesystem::file_size(path + ".svg"), 100u);
  } catch (const NotFound& error) {
    EXPECT_NE(std::string(error.what()).find("graphviz"), std::string::npos);
  }
  for (const char* ending : {".dot", ".svg"}) std::filesystem::remove(path + ending);
}

TEST(Json, NamesTasksInputsAndOutputs) {
  const std::string json = to_json(small_graph());
  EXPECT_NE(json.find("{\"version\": 1, \"tasks\": ["), std::string::npos);
  EXPECT_NE(json.find("\"name\": \"sum\", \"inputs\": [[1, 0]]}"), std::string::npos);
  EXPECT_NE(json.find("\"outputs\": [[2, 0]]}"), std::string::npos);
}

TaskGraph values_graph() {
  TaskGraph graph;
  graph.add_value(Value::of(std::string("text")));
  graph.add_output({graph.add_value(Value::of(std::int64_t{7})), 0});
  return graph;
}

TEST(Binary, ComesBackWithItsKeys) {
  TextSink sink;
  write(values_graph(), sink);
  TextSource source(sink.text);
  TaskGraph graph = read(source);
  ASSERT_EQ(graph.num_tasks(), 2u);
  EXPECT_EQ(graph.key(1), values_graph().key(1));
  EXPECT_EQ(run(std::move(graph)), 7);
}

TEST(Binary, KeepsResources) {
  TaskGraph graph;
  const auto value = std::make_shared<const ValueOperation>(Value::of(std::int64_t{1}));
  graph.add(value, {}, {.priority = -3, .retries = 2, .pinned = true});
  TextSink sink;
  write(graph, sink);
  TextSource source(sink.text);
  EXPECT_EQ(read(source).task(0).resources, (Resources{.priority = -3, .retries = 2, .pinned = true}));
}

TEST(Binary, RefusesWhatIsNotPortableOrNoGraph) {
  TextSink sink;
  EXPECT_THROW(write(small_graph(), sink), TypeError);
  TextSource text("no graph at all");
  EXPECT_THROW(read(text), IoError);
  TextSink good;
  write(values_graph(), good);
  for (std::size_t cut = 0; cut < good.text.size(); cut += 3) {
    TextSource source(good.text.substr(0, cut));
    EXPECT_THROW(read(source), IoError);
  }
  for (std::size_t at = 0; at < good.text.size(); ++at) {
    std::string changed = good.text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    TextSource source(changed);
    EXPECT_THROW(read(source), Error);
  }
}

}  // namespace
}  // namespace treadle::graph
