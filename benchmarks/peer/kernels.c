/* The two costliest kernels of a month in C, each on as many threads as there are lanes.
 *
 * The same rules as the program's on the same arrays, written by hand for this benchmark. Compile with -O3
 * -march=native -ffp-contract=off: a fused multiply-add would round differently.
 */
#include <pthread.h>

#include "month.h"

typedef struct {
    void (*kernel)(const month_t *, int64_t);
    const month_t *month;
    int64_t lane;
} work_t;

static void *run(void *given)
{
    work_t *work = given;
    work->kernel(work->month, work->lane);
    return 0;
}

static void each_lane(void (*kernel)(const month_t *, int64_t), const month_t *m)
{
    pthread_t threads[MOST_LANES];
    work_t work[MOST_LANES];
    for (int64_t lane = 0; lane < m->lanes; lane++) {
        work[lane] = (work_t){kernel, m, lane};
        if (lane)
            pthread_create(threads + lane, 0, run, work + lane);
    }
    run(work);
    for (int64_t lane = 1; lane < m->lanes; lane++)
        pthread_join(threads[lane], 0);
}

void learn_all(const month_t *m) { each_lane(learn_lane, m); }
void choose_all(const month_t *m) { each_lane(choose_lane, m); }
