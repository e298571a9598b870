/* What the kernels share: the month they are given, and the keyed draws.
 *
 * The same as sim/draws.py. layout.h is made from the program's tables: records, conditions, parameters, constants.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

typedef struct {
    household_t *households;
    const int64_t *blocks; /* rows (start, stop, origin) */
    int64_t n_blocks;
    const int64_t *starts; /* bounds of the origins */
    int64_t month;
    const uint64_t *luck; /* a stream of draws for each purpose */
    const home_t *homes;
    const corridor_t *corridors; /* origins x PLACES */
    const double *mobility;      /* origins x (MOST_MOBILE + 1) */
    const double *news;          /* origins x TOPICS */
    int64_t loud;
    const tie_row_t *ties;
    const neighbour_t *neighbours;
    const int64_t *signals;
    const int8_t *abroad; /* workers abroad by place, two bits each */
    const parameters_t *p;
    int64_t *tallies; /* lanes x origins x TALLIES */
    int64_t origins;
    int64_t lanes;
} month_t;

/* ------------------------------------------------------------------------------------------------------ draws */

static inline uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline double uniform(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    uint64_t x = mixed(stream + (uint64_t)key + (uint64_t)worker * 0x8CB92BA72F3D8DD7u
                       + (uint64_t)k * 0xDABA0B6EB09322E3u);
    return ((double)(x >> 12) + 0.5) * 2.220446049250313e-16;
}

static double normal(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    double radius = sqrt(-2.0 * log(uniform(stream, key, worker, k)));
    return radius * sin(6.283185307179586 * uniform(stream, key, worker, k + 1000));
}

static inline double gumbel(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    return -log(-log(uniform(stream, key, worker, k)));
}

static double log_positive_stable(double scale, uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    if (scale >= 1.0)
        return 0.0;
    double u = 3.141592653589793 * uniform(stream, key, worker, k);
    double w = -log(uniform(stream, key, worker, k + 1000));
    double rest = (1.0 - scale) / scale;
    return log(sin(scale * u)) - log(sin(u)) / scale + rest * log(sin((1.0 - scale) * u) / w);
}

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline bool lives(const household_t *h, int64_t month) { return h->born <= month || h->born <= 0; }

void learn_lane(const month_t *m, int64_t lane);
void choose_lane(const month_t *m, int64_t lane);
