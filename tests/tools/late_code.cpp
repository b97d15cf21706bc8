// A library that tests load when it is too late.
extern "C" int late_answer() { return 42; }
