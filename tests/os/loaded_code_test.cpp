#include "os/loaded_code.hpp"

#include <dlfcn.h>

#include <cmath>
#include <cstdio>
#include <optional>

#include <gtest/gtest.h>

namespace shmkit::os {
namespace {

using Answer = int (*)();

Answer find_answer(void* library) { return reinterpret_cast<Answer>(::dlsym(library, "late_answer")); }

// The oracle is dlopen(): what was loaded before and what was not.
TEST(LoadedCode, HasTheProgramAndItsLibraries) {
  const LoadedCode code;
  EXPECT_TRUE(code.has(reinterpret_cast<const void*>(&find_answer)));
  EXPECT_TRUE(code.has(reinterpret_cast<const void*>(::dlsym(RTLD_DEFAULT, "printf"))));
}

TEST(LoadedCode, DoesNotHaveData) {
  const LoadedCode code;
  const int here = 0;
  EXPECT_FALSE(code.has(&here));
  EXPECT_FALSE(code.has(nullptr));
}

TEST(LoadedCode, DoesNotHaveWhatIsLoadedLater) {
  const LoadedCode before;
  void* library = ::dlopen(SHMKIT_LATE_CODE, RTLD_NOW);
  ASSERT_NE(library, nullptr) << ::dlerror();
  const auto answer = reinterpret_cast<const void*>(find_answer(library));
  EXPECT_FALSE(before.has(answer));
  EXPECT_TRUE(LoadedCode().has(answer));
  ::dlclose(library);
}

// Otherwise another library could get the same addresses.
TEST(LoadedCode, KeepsLibrariesLoaded) {
  void* library = ::dlopen(SHMKIT_LATE_CODE, RTLD_NOW);
  ASSERT_NE(library, nullptr);
  const Answer answer = find_answer(library);
  {
    const LoadedCode code;
    ::dlclose(library);
    EXPECT_EQ(answer(), 42);
  }
  EXPECT_EQ(::dlopen(SHMKIT_LATE_CODE, RTLD_NOW | RTLD_NOLOAD), nullptr) << "and no longer than it lives";
}

}  // namespace
}  // namespace shmkit::os
