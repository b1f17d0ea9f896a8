#include "engine/run_state.h"

namespace treadle {

void Run::wait() { state_->wait(); }
bool Run::wait_for(std::chrono::milliseconds timeout) { return state_->wait_for(timeout); }
void Run::cancel() { state_->cancel(); }
Progress Run::progress() const { return state_->progress(); }
std::vector<Value> Run::outputs() { return state_->outputs(); }
std::vector<Value> Run::finished_outputs() { return state_->finished_outputs(); }
Statistics Run::statistics() { return state_->statistics(); }

}  // namespace treadle
