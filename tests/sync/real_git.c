#include "sim.h"
const struct sim_ops sim_real = {"git"};
