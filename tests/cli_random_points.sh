#!/bin/sh
# Random points never crash the program, and feasible ones have sound numbers. RANDOM_POINTS=N: as many; RANDOM_SEED.
set -u
command -v python3 >/dev/null || { echo 'cli_random_points: python3 is not installed'; exit 77; }
python3 "$DSE_SOURCE/tests/random_points.py" "${RANDOM_POINTS:-1500}" "${RANDOM_SEED:-1}"
