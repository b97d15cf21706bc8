#pragma once

#include <functional>
#include <string_view>

#include <shmkit/run.hpp>

namespace shmkit::tool {

/// The timeline of a report as one JSON value in the Trace Event Format, in pieces, so that it never lies in
/// memory as a whole:
/// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
void write_events(const RunReport& report, const std::function<void(std::string_view)>& put);

}  // namespace shmkit::tool
