/* Four numbers at once, for compiled loops. */

#ifndef TOCSIN_LANES_H
#define TOCSIN_LANES_H

#include <math.h>

#define LANES 4

typedef double v __attribute__((vector_size(LANES * sizeof(double))));
typedef long long vi __attribute__((vector_size(LANES * sizeof(long long))));

/* What is written once for any number of constants is unrolled where there are none. */
#define ALWAYS static inline __attribute__((always_inline))
#define EACH(i, from, to) for (long i = from; i < to; i++)

/* A processor that adds four numbers at once takes a copy of its own; its bytes are the same. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define SWIFT __attribute__((target_clones("avx2", "default")))
#else
#define SWIFT
#endif

ALWAYS v all(double x) { return (v){x, x, x, x}; }
ALWAYS v pick(vi which, v a, v b) { return (v)(((vi)a & which) | ((vi)b & ~which)); }

ALWAYS v root(v a) {
  EACH(i, 0, LANES) a[i] = sqrt(a[i]);
  return a;
}

#endif
