#include <nlohmann/json.hpp>

#include "treadle/views.h"
#include "views/recording_facts.h"

namespace treadle {
namespace {

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

}  // namespace

std::string profile_json(const Recording& recording) {
  nlohmann::ordered_json kinds = nlohmann::ordered_json::array();
  for (const KindProfile& kind : profile(recording)) {
    kinds.push_back({{"kind", kind.kind},
                     {"tasks", kind.count},
                     {"seconds", seconds(kind.run)},
                     {"longest", seconds(kind.longest)},
                     {"waited", seconds(kind.wait)},
                     {"bytes", kind.bytes}});
  }
  const nlohmann::ordered_json all = {{"title", recording.info.title},
                                      {"started", views::utc(recording.info.started_at)},
                                      {"threads", recording.info.num_threads},
                                      {"seconds", seconds(views::last_time(recording))},
                                      {"outcome", views::outcome_of(recording)},
                                      {"truncated", recording.truncated},
                                      {"kinds", std::move(kinds)}};
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace treadle
