/* Kernels of your own: a shared library that `shmtool run --plugin ./libmine.so NAME ...` loads into its
 * workers. Plain C, for C, C++, Fortran and whatever else can make a shared library.
 *
 *     #include <shmkit/kernel.h>
 *     static int run(const shmkit_chunk* c) {
 *       const double* x = c->array[0].data;
 *       double sum = 0;
 *       for (uint64_t i = 0; i < c->count; ++i) sum += x[i] * x[i];
 *       *(double*)c->result = sum;
 *       return 0;
 *     }
 *     SHMKIT_KERNEL(.name = "energy", .dtypes = "float64", .combine = SHMKIT_SUM, .run = run)
 *
 *     cc -shared -fPIC -O2 energy.c -o libenergy.so
 *     shmtool run energy x --plugin ./libenergy.so
 *
 * The contract of run(): it is called once for each chunk, in several worker processes at once, in no order.
 * A chunk whose worker is killed is run again by another one, so run() must depend on nothing but the chunk.
 * It may read and write the memory it is given, and nothing else that others see. It must not fork without
 * exec, and starts no threads that outlive it. If it crashes, its worker is replaced and the chunk is
 * retried; if it returns an error or throws a C++ exception, the chunk fails with that reason; if it takes
 * too long
 * (--chunk-timeout), its worker is killed.
 */
#ifndef SHMKIT_KERNEL_H
#define SHMKIT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SHMKIT_EXTERN_C extern "C"
extern "C" {
#else
#define SHMKIT_EXTERN_C
#endif

/* Of everything below. A library of another version is refused. */
#define SHMKIT_KERNEL_ABI 1

/* The elements of one array that belong to a chunk. They follow one another in memory, in C order. */
typedef struct shmkit_array {
  const char* dtype;      /* "float64", "int32", ...: NumPy's names */
  void* data;             /* The chunk's first element; only the output may be written. */
  size_t itemsize;        /* Bytes of an element. */
  uint32_t rank;          /* Of the whole array, or of the part of it that was selected. */
  const uint64_t* shape;  /* rank extents */
  const int64_t* strides; /* rank steps in bytes, as if that array lay at `data - begin * itemsize` */
} shmkit_array;

struct shmkit_host;

/* One chunk: elements [begin, end) of `size`, counted in C order. */
typedef struct shmkit_chunk {
  uint64_t begin;
  uint64_t end;
  uint64_t count; /* end - begin */
  uint64_t size;  /* Elements or items of the whole job. */
  uint32_t arrays;
  shmkit_array array[2]; /* What it reads; `arrays` of them. */
  shmkit_array out;      /* Maps and generators: what it writes. A map in place has its input here again. */
  void* result;          /* Reductions and computations: partial_size bytes, all 0, aligned to 16. */
  const struct shmkit_host* host;
} shmkit_chunk;

/* What a kernel may ask for while it runs. */
struct shmkit_host {
  /* The value of an argument of this kernel, as text; never NULL for one that it declares. */
  const char* (*argument)(const shmkit_chunk*, const char* name);
  /* Not 0: nobody wants the result any more; return early with whatever. */
  int (*cancelled)(const shmkit_chunk*);
  /* How many of `count` are done, for people who watch. As often as you like: it costs a store. */
  void (*progress)(const shmkit_chunk*, uint64_t done);
  /* Says why run() is about to return an error. At most 239 bytes are kept. */
  void (*fail)(const shmkit_chunk*, const char* reason);
};

/* What a kernel does with arrays. */
typedef enum shmkit_kind {
  SHMKIT_REDUCTION = 0, /* Reads arrays, leaves a partial result. */
  SHMKIT_MAP = 1,       /* Computes an array element by element, another one or in place. */
  SHMKIT_GENERATOR = 2, /* Writes an array. */
  SHMKIT_COMPUTE = 3    /* Has no array: `items` says how much there is to do. */
} shmkit_kind;

/* How partial results become one: in a balanced tree by index, so that the result does not depend on the
 * workers. SHMKIT_SUM, _MIN and _MAX do it number by number in the result's dtype. */
typedef enum shmkit_combine {
  SHMKIT_MERGE = 0, /* With merge(), which is needed then. */
  SHMKIT_SUM = 1,
  SHMKIT_MIN = 2,
  SHMKIT_MAX = 3
} shmkit_combine;

typedef struct shmkit_argument {
  const char* name;
  const char* summary;
  const char* fallback; /* Its value when it is not given; NULL or "": it must be given. */
} shmkit_argument;

/* A kernel. What is 0 or NULL has the meaning given. Must live as long as the library. */
typedef struct shmkit_kernel {
  const char* name;
  const char* summary; /* NULL: "a kernel of LIBRARY" */
  shmkit_kind kind;
  const char* dtypes;  /* Of its arrays, with blanks between: "float32 float64". NULL: all numeric. */
  uint32_t arrays;     /* 0: one; computations have none. At most 2, of equal shape. */
  const char* result;  /* dtype of the result, or of a map's output, which is what it writes: in place it must
                          be that of the array. NULL: that of the first array; of a computation float64. */
  uint32_t results;    /* Numbers in the result. 0: one. */
  size_t partial_size; /* Bytes that run() leaves. 0: those of the result. At most 1 MiB. */
  shmkit_combine combine;
  const shmkit_argument* arguments;
  uint32_t argument_count;
  uint64_t grain; /* Elements or items that make a chunk worth its while. 0: 65,536; computations 1. */
  int (*run)(const shmkit_chunk*);                  /* 0: done. Anything else: the chunk fails. */
  void (*merge)(void* into, const void* later);     /* Two partial results into one. */
  int (*finish)(const void* partial, void* result); /* From the last partial to the result. NULL: it is it. */
  uint64_t (*items)(const shmkit_chunk*); /* Computations: how many there are. Of the chunk, only the host's
                                             argument() may be used. */
} shmkit_kernel;

typedef struct shmkit_plugin {
  uint32_t abi; /* SHMKIT_KERNEL_ABI */
  uint32_t count;
  const shmkit_kernel* const* kernels;
} shmkit_plugin;

/* What the library exports: const shmkit_plugin* shmkit_plugin_get(void). The macros write it. */
#define SHMKIT_PLUGIN_SYMBOL "shmkit_plugin_get"
#if defined(__GNUC__)
#define SHMKIT_EXPORT __attribute__((visibility("default")))
#else
#define SHMKIT_EXPORT
#endif

/* A library of several kernels: SHMKIT_KERNELS(&first, &second) */
#define SHMKIT_KERNELS(...)                                                                      \
  static const shmkit_kernel* const shmkit_kernel_list[] = {__VA_ARGS__};                        \
  SHMKIT_EXTERN_C SHMKIT_EXPORT const shmkit_plugin* shmkit_plugin_get(void);                    \
  SHMKIT_EXTERN_C SHMKIT_EXPORT const shmkit_plugin* shmkit_plugin_get(void) {                   \
    static const shmkit_plugin plugin = {                                                        \
        SHMKIT_KERNEL_ABI, (uint32_t)(sizeof shmkit_kernel_list / sizeof shmkit_kernel_list[0]), \
        shmkit_kernel_list};                                                                     \
    return &plugin;                                                                              \
  }

/* A library of one kernel, its fields by name, in their order (C++20 wants that). */
#define SHMKIT_KERNEL(...)                                      \
  static const shmkit_kernel shmkit_the_kernel = {__VA_ARGS__}; \
  SHMKIT_KERNELS(&shmkit_the_kernel)

#ifdef __cplusplus
}
#endif

#endif
