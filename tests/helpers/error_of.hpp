#pragma once

#include <gtest/gtest.h>

#include <shmkit/error.hpp>

namespace shmkit::test {

/// The Error that `function` throws. The test fails if it throws none.
template <class Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Errc::failed, "nothing was thrown"};
}

template <class Function>
Errc errc_of(Function function) {
  return error_of(function).errc();
}

}  // namespace shmkit::test
