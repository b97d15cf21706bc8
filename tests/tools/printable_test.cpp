#include "format/printable.hpp"

#include <gtest/gtest.h>

// The oracle is ECMA-48: C0 is 00 to 1F, C1 is 80 to 9F (in UTF-8 C2 80 to C2 9F); and RFC 3629.
namespace shmkit::tool {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("frames 2 \\x1b"), "frames 2 \\x1b");
  EXPECT_EQ(printable("höhe_漢😀\u00A0"), "höhe_漢😀\u00A0");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31mb\n\r\t\x7f"), "a\\x1b[31mb\\x0a\\x0d\\x09\\x7f");
  EXPECT_EQ(printable("\u0080\u009Bz\u009F"), "\\x80\\x9bz\\x9f");
}

TEST(Printable, EscapesWhatIsNotUtf8) { EXPECT_EQ(printable("a\xFF\xC2"), "a\\xff\\xc2"); }

}  // namespace
}  // namespace shmkit::tool
