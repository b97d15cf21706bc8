#include "names.hpp"

#include "skip.hpp"

namespace shmkit::bench {

bool PlainNames::ReportContext(const Context& context) {
  inner_->SetOutputStream(&GetOutputStream());
  inner_->SetErrorStream(&GetErrorStream());
  return inner_->ReportContext(context);
}

void PlainNames::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> plain = runs;
  for (Run& run : plain) {
    run.run_name.time_type.clear();
    run.run_name.iterations.clear();
    run.run_name.min_time.clear();
    failed_ = failed_ || (run.error_occurred && !run.error_message.starts_with(kSkipped));
  }
  inner_->ReportRuns(plain);
}

}  // namespace shmkit::bench
