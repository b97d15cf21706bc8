"""Users' own kernels: the examples, built outside of the tree against the installed package, and what can go wrong.

The oracle is NumPy over the same bytes, and the exit codes of the manual.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from helpers import shmtool, unique_name
from pools import running_pool

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

SOURCE = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
EXAMPLES = SOURCE / "examples" / "plugins"
SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))


def build(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package, as `cmake --install` lays it down."""
    prefix = tmp_path_factory.mktemp("package")
    build("cmake", "--install", os.environ["SHMKIT_BUILD_DIR"], "--prefix", prefix)
    return prefix


@pytest.fixture(scope="module")
def plugins(installed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugins")
    build("cmake", "-G", "Ninja", "-S", EXAMPLES, "-B", folder, f"-DCMAKE_PREFIX_PATH={installed}")
    build("cmake", "--build", folder)
    return folder


@pytest.fixture
def compile_c(tmp_path):
    def compiled(body, name="mine"):
        source, library = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        source.write_text("#include <shmkit/kernel.h>\n#include <stdlib.h>\n#include <unistd.h>\n" + body)
        new = tmp_path / f"{name}.new"
        build("cc", "-shared", "-fPIC", "-O1", "-I", SOURCE / "lib" / "include", source, "-o", new)
        new.rename(library)
        return library
    return compiled


WAYS = [("--via", "serial"), ("--via", "thread", "-w", "3"), ("-w", "3"), ("--via", "copy", "-w", "2")]


def fill(name, values):
    shmtool("create", name, "--shape", values.size, "-q", "--replace", check=0)
    elements(name, "f8", values.shape, "r+")[...] = values


@pytest.mark.parametrize("way", WAYS)
def test_the_examples_compute(plugins, way):
    values = np.random.default_rng(7).integers(-100, 100, 50_000).astype("f8")
    with unique_name() as name:
        fill(name, values)
        words = [name, *way, "--chunks", "13"]
        assert ask("run", "run", "energy", *words, "--plugin", plugins / "energy.so")["result"] == (values**2).sum()
        assert ask("run", "run", "spread", *words, "--plugin", plugins / "statistics.so")["result"] == np.ptp(values)
        count = ask("run", "run", "fizzbuzz", "--arg", "n=100000", *way, "--plugin", plugins / "statistics.so")["result"]
        assert count == sum(1 for i in range(1, 100_001) if i % 3 == 0 or i % 5 == 0)
        if shutil.which("gfortran"):
            chunks = [values[50_000 * c // 13:50_000 * (c + 1) // 13] < 0 for c in range(13)]
            wanted = sum(int((part[1:] != part[:-1]).sum()) for part in chunks)
            assert ask("run", "run", "crossings", *words, "--plugin", plugins / "waves.so")["result"] == wanted


def test_a_map_makes_an_array_and_works_on_a_pool(plugins):
    values = np.linspace(-3, 3, 12_345)
    with unique_name() as name, unique_name() as out, running_pool(2) as pool:
        fill(name, values)
        for way in (["--pool", pool], ["--via", "thread"]):
            words = ["run", "clip", name, "--plugin", plugins / "statistics.so", "--arg", "limit=2.5", *way]
            shmtool(*words, "--out", out, "--replace", "-q", check=0)
            np.testing.assert_array_equal(elements(out, "f8", values.shape), values.clip(-2.5, 2.5))
        shmtool(*words, check=0)
        np.testing.assert_array_equal(elements(name, "f8", values.shape), values.clip(-2.5, 2.5))
        found = ask("run", "run", "energy", name, "--plugin", plugins / "energy.so", "--pool", pool, "--slice", "::2")
        np.testing.assert_allclose(found["result"], (values.clip(-2.5, 2.5)[::2] ** 2).sum(), rtol=1e-12)


def test_a_map_writes_only_what_it_says(compile_c):
    # Its results are twice as wide as the elements that it would overwrite.
    library = compile_c("""
        static int run(const shmkit_chunk* c) {
          for (uint64_t i = 0; i < c->count; ++i) ((double*)c->out.data)[i] = ((const float*)c->array[0].data)[i];
          return 0;
        }
        SHMKIT_KERNEL(.name = "mine", .kind = SHMKIT_MAP, .dtypes = "float32", .result = "float64", .run = run)
        """)
    with unique_name() as name, unique_name() as out:
        shmtool("create", name, "--shape", 1000, "-d", "float32", "--fill", "arange", "-q", check=0)
        refused(5, "run", "mine", name, "--plugin", library, says="cannot hold", hint="--out")
        shmtool("run", "mine", name, "--plugin", library, "--out", out, "-q", check=0)
        np.testing.assert_array_equal(elements(out, "f8", (1000,)), np.arange(1000.0))


@pytest.mark.parametrize("way", WAYS[:3])
def test_finish_may_fail_for_a_lane(compile_c, way):
    library = compile_c("""
        static int run(const shmkit_chunk* c) { *(double*)c->result = ((const double*)c->array[0].data)[0]; return 0; }
        static void merge(void* a, const void* b) { (void)a; (void)b; }
        static int finish(const void* p, void* r) { *(double*)r = *(const double*)p; return *(const double*)p == 6; }
        SHMKIT_KERNEL(.name = "mine", .dtypes = "float64", .partial_size = 8, .combine = SHMKIT_MERGE, .run = run, .merge = merge, .finish = finish)
        """)
    with unique_name() as name:
        shmtool("create", name, "--shape", "4,3", "--fill", "arange", "-q", check=0)
        words = ("run", "mine", name, "--plugin", library, "--axis", 1, "--chunks", 4, *way)
        (failure,) = ask("run", *words, check=7)["failures"]
        assert failure["chunk"] == 2 and "finish function returned the error 1" in failure["reason"]
        assert ask("run", *words[:-len(way)], "--slice", ":2", *way)["out"]["values"] == [0, 3]


def test_kernels_lists_them(plugins):
    listed = {kernel["name"]: kernel for kernel in
              ask("kernels", "kernels", "--plugin", plugins / "statistics.so")["kernels"]}
    assert set(listed) == {"spread", "clip", "fizzbuzz"}
    assert listed["clip"]["kind"] == "map" and listed["clip"]["arguments"][0]["default"] == "1"
    assert listed["fizzbuzz"]["arrays"] == 0
    text = shmtool("kernels", "-v", "--plugin", plugins / "statistics.so", check=0).stdout
    assert "  clip          Cuts off what is beyond a limit.\n    limit=1       The largest absolute value.\n" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_errors_and_exceptions_fail_their_chunks_with_their_reason(plugins):
    values = np.arange(1000.0)
    values[[137, 701]] = np.nan
    with unique_name() as name, running_pool(2) as pool:
        fill(name, values)
        for way in (*WAYS, ("--pool", pool)):
            answer = ask("run", "run", "spread", name, "--plugin", plugins / "statistics.so", "--chunks", "10", *way, check=7)
            assert [failure["chunk"] for failure in answer["failures"]] == [1, 7]
            assert [failure["reason"] for failure in answer["failures"]] == \
                   [f"it threw an exception: element {i} is NaN" for i in (137, 701)]
            assert answer["result"] is None and "retries would not help" in answer["error"]["hint"]
        refused_run = shmtool("run", "clip", name, "--plugin", plugins / "statistics.so", "--arg", "limit=-1", "--out", "never", check=7)
        assert "the limit must be a number that is not negative" in refused_run.stderr
        shmtool("info", "never", check=3)


def test_more_failures_than_texts_are_kept(plugins):
    with unique_name() as name:
        fill(name, np.full(1000, np.nan))
        answer = ask("run", "run", "spread", name, "--plugin", plugins / "statistics.so", "--chunks", "100", check=7)
        assert len(answer["failures"]) == 100 and all(failure["reason"] for failure in answer["failures"])


ONE = 'SHMKIT_KERNEL(.name = "mine", .combine = SHMKIT_SUM, .dtypes = "float64", .run = run)\n'


@pytest.mark.skipif(SANITIZED, reason="AddressSanitizer makes an exit code of what would be a signal")
def test_a_crash_costs_retries_and_then_the_chunk(compile_c):
    # It crashes in the chunk that begins with element 30.
    library = compile_c("static int run(const shmkit_chunk* c) { if (c->begin == 30) abort(); return 0; }\n" + ONE)
    with unique_name() as name, running_pool(2) as pool:
        fill(name, np.arange(100.0))
        for way in (["-w", "2"], ["--pool", pool]):
            answer = ask("run", "run", "mine", name, "--plugin", library, "--chunks", "10", *way, check=7)
            (failure,) = answer["failures"]
            assert (failure["begin"], failure["end"], failure["attempts"]) == (30, 40, 3)
            assert failure["reason"] == f"killed by signal {signal.SIGABRT.value} (Aborted)"
        assert ask("run", "run", "sum", name, "--pool", pool)["result"] == 4950


def test_a_kernel_that_exits_or_never_ends(compile_c):
    body = "static int run(const shmkit_chunk* c) { if (c->begin == 30) %s return 0; }\n" + ONE
    with unique_name() as name:
        fill(name, np.arange(100.0))
        answer = ask("run", "run", "mine", name, "--plugin", compile_c(body % "_exit(3);", "exits"), "--chunks", "10", check=7)
        assert "3" in answer["failures"][0]["reason"]
        words = ("--chunks", "10", "--chunk-timeout", "0.3", "--retries", "0")
        answer = ask("run", "run", "mine", name, "--plugin", compile_c(body % "for (;;) sleep(1);", "hangs"), *words, check=7)
        assert answer["failures"][0]["reason"] == "took too long for one chunk"


def test_what_is_no_plugin_is_refused(compile_c, tmp_path):
    with unique_name() as name:
        fill(name, np.arange(10.0))
        refused(3, "run", "mine", name, "--plugin", tmp_path / "nosuch.so", says="there is no plug-in")
        (tmp_path / "text.so").write_text("hello")
        refused(1, "run", "mine", name, "--plugin", tmp_path / "text.so", says="cannot load")
        refused(5, "run", "mine", name, "--plugin", compile_c("int x;", "empty"), says="has no kernels")
        run = "static int run(const shmkit_chunk* c) { (void)c; return 0; }\n"
        old = compile_c(run + ONE.replace("SHMKIT_KERNEL(", "#undef SHMKIT_KERNEL_ABI\n#define SHMKIT_KERNEL_ABI 7\nSHMKIT_KERNEL("), "old")
        refused(5, "run", "mine", name, "--plugin", old, says="version 7 of shmkit's kernel ABI", hint="compile it again")
        good = compile_c(run + ONE)
        refused(2, "run", "other", name, "--plugin", good, says="there is no kernel 'other'")
        refused(2, "run", "mine", name, "--plugin", good, "--arg", "a=1", says="has no argument 'a'")
        refused(2, "run", "mine", name, name, "--plugin", good, says="takes one array, not 2")
        shmtool("create", name, "--shape", "4", "-d", "int8", "--replace", "-q", check=0)
        refused(5, "run", "mine", name, "--plugin", good, says="cannot work on int8", hint="float64")
        bad = {"no_run": ('.name = "mine", .combine = SHMKIT_SUM', "has no run function"),
               "no_merge": ('.name = "mine", .run = run', "neither a way to combine"),
               "dtype": ('.name = "mine", .run = run, .dtypes = "float63", .combine = SHMKIT_SUM', "'float63'"),
               "arrays": ('.name = "mine", .run = run, .arrays = 3, .combine = SHMKIT_SUM', "more than two arrays"),
               "items": ('.name = "mine", .kind = SHMKIT_COMPUTE, .run = run, .combine = SHMKIT_SUM', "items function")}
        for file, (fields, says) in bad.items():
            use = run if "run = run" in fields else ""
            refused(5, "run", "mine", name, "--plugin", compile_c(f"{use}SHMKIT_KERNEL({fields})\n", file), says=says)


def test_a_pool_notices_that_its_plugin_was_made_anew(compile_c):
    body = "static int run(const shmkit_chunk* c) {{ *(double*)c->result = {}; return 0; }}\n" + ONE
    with unique_name() as name, running_pool(1) as pool:
        fill(name, np.arange(10.0))
        library = compile_c(body.format(1))
        assert ask("run", "run", "mine", name, "--plugin", library, "--pool", pool, "--chunks", "4")["result"] == 4
        library = compile_c(body.format(2))
        refused(1, "run", "mine", name, "--plugin", library, "--pool", pool, says="has changed", hint="start")
        assert ask("run", "run", "mine", name, "--plugin", library, "--chunks", "4")["result"] == 8


def test_the_shape_and_the_strides_are_those_of_the_array(compile_c):
    # Says shape and strides of its input, and of the part that was selected.
    library = compile_c("""
        static int run(const shmkit_chunk* c) {
          int64_t* r = c->result;
          const shmkit_array* a = &c->array[0];
          r[0] = a->rank; r[1] = a->itemsize; r[2] = a->shape[0]; r[3] = a->shape[1];
          r[4] = a->strides[0]; r[5] = a->strides[1]; r[6] = c->size; r[7] = c->count;
          return 0;
        }
        SHMKIT_KERNEL(.name = "mine", .result = "int64", .results = 8, .combine = SHMKIT_MAX, .run = run)
        """)
    with unique_name() as name:
        shmtool("create", name, "--shape", "6,5", "-d", "float32", "-q", check=0)
        for way in WAYS[:3]:
            words = ("run", "mine", name, "--plugin", library, "--chunks", "2", *way)
            assert ask("run", *words)["result"] == [2, 4, 6, 5, 20, 4, 30, 15]
            assert ask("run", *words, "--slice", "::2, 1:")["result"] == [2, 4, 3, 4, 16, 4, 12, 6]


@pytest.mark.skipif(SANITIZED, reason="the installed library needs the sanitizers, which a user's program does not have")
def test_a_program_builds_against_the_installed_package(installed, tmp_path):
    (tmp_path / "main.cpp").write_text("""
        #include <iostream>
        #include <shmkit/array.hpp>
        #include <shmkit/run.hpp>
        int main(int, char** argv) {
          auto x = shmkit::Array<double>::attach(argv[1]);
          std::cout << std::get<double>(shmkit::run("max", x.any()).result.scalar) << '\\n';
        }
        """)
    (tmp_path / "CMakeLists.txt").write_text("""
        cmake_minimum_required(VERSION 3.25)
        project(user LANGUAGES CXX)
        find_package(shmkit 0.1 REQUIRED)
        add_executable(user main.cpp)
        target_link_libraries(user PRIVATE shmkit::shmkit)
        """)
    build("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed}")
    build("cmake", "--build", tmp_path / "b")
    config = next(installed.rglob("shmkit.pc")).parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(config)}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "shmkit"], env=environment, capture_output=True, text=True, check=True).stdout.split()
    build("c++", "-std=c++20", tmp_path / "main.cpp", *flags, "-o", tmp_path / "user")
    with unique_name() as name:
        fill(name, np.arange(10.0))
        assert build(tmp_path / "b" / "user", name) == build(tmp_path / "user", name) == "9\n"


def test_the_readme_shows_the_shortest_example():
    code = (EXAMPLES / "energy.c").read_text()
    assert code in (SOURCE / "README.md").read_text()
    assert len(re.findall(r"\S.*\n", code)) <= 10
