#include <shmkit/kernel.h>

static int run(const shmkit_chunk* c) {
  const double* x = c->array[0].data;
  double sum = 0;
  for (uint64_t i = 0; i < c->count; ++i) sum += x[i] * x[i];
  *(double*)c->result = sum;
  return 0;
}

SHMKIT_KERNEL(.name = "energy", .dtypes = "float64", .combine = SHMKIT_SUM, .run = run)
